import type { MeshView } from '../../../src/api/views.js'
import type { Tone } from '../data/state.js'

type Asked = Pick<MeshView, 'members' | 'nodes'>

/** Who is not asked is not known to be away. Pure. */
export function membersTone({ members: { active, up }, nodes }: Asked): Tone {
  if (active === null) return 'none'
  if (up >= active) return 'good'
  return nodes.length < active && nodes.every(({ reachable }) => reachable) ? 'none' : 'warn'
}

/** Pure. */
export function membersNote({ members: { active }, nodes }: Asked): string {
  if (active === null || nodes.length >= active) return 'quorum: 67 % of the weight'
  return `this console asks ${nodes.length} of them at most`
}
