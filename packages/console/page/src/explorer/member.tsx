import type { NodeName } from '../../../src/api/explorer-views.js'
import { MISSING, shortHash } from '../data/format.js'
import { nodeHref } from './route.js'

export const nameOf = ({ label, node_id }: NodeName) => label ?? shortHash(node_id)

/** A member by its label where it has one. */
export function Member({ member }: { member: NodeName | null }) {
  if (member === null) return <>{MISSING}</>
  return (
    <a href={nodeHref(member.node_id)} title={member.node_id}>
      {nameOf(member)}
    </a>
  )
}
