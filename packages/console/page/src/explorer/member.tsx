import type { NodeName } from '../../../src/api/explorer-views.js'
import { MISSING } from '../data/format.js'
import { nameOf } from './names.js'
import { nodeHref } from './route.js'

/** A member by its label where it has one. */
export function Member({ member }: { member: NodeName | null }) {
  if (member === null) return <>{MISSING}</>
  return (
    <a href={nodeHref(member.node_id)} title={member.node_id}>
      {nameOf(member)}
    </a>
  )
}
