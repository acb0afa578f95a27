import type { GenesisView, NodeName, NodesView } from '../../../src/api/explorer-views.js'
import { shortHash } from '../data/format.js'
import type { Names } from './route.js'

export function nameOf({ label, node_id }: NodeName): string {
  return label ?? shortHash(node_id)
}

/** Both of those who are members, and those whom the manifest names. Pure. */
export function namesOf(nodes: NodesView | null, genesis: GenesisView | null): Names {
  const known = [...(genesis?.peers ?? []), ...(nodes?.nodes ?? [])]
  return new Map(known.flatMap(({ label, node_id }) => (label === null ? [] : [[label.toLowerCase(), node_id]])))
}
