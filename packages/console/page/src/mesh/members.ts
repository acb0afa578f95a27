import type { MeshView } from '../../../src/api/views.js'
import { isAsked, type Tone } from '../data/state.js'

type Asked = Pick<MeshView, 'members' | 'nodes'>

/** Who is not asked is not known to be away. Pure. */
export function membersTone({ members: { active, up }, nodes }: Asked): Tone {
  if (active === null) return 'none'
  if (up >= active) return 'good'
  return nodes.filter(isAsked).length < active && nodes.every((node) => node.reachable || !isAsked(node))
    ? 'none'
    : 'warn'
}

/** Pure. */
export function membersNote({ members: { active }, nodes }: Asked): string {
  const asked = nodes.filter(isAsked).length
  if (active === null || asked >= active) return 'quorum: 67 % of the weight'
  return 'the others are not asked from here'
}

/** Pure. */
export function headNote({ head, nodes }: Pick<MeshView, 'head' | 'nodes'>): string {
  const asked = nodes.filter(isAsked)
  if (asked.length === 0) return 'no node is asked from here'
  if (!head) return 'no node answers'
  const there = asked.filter(({ window }) => window !== null && head.window - window <= 1).length
  return asked.length === 1 ? 'by the one node that is asked' : `${there} of ${asked.length} nodes keep up`
}

/** Said where no alert is. Pure. */
export function calmWords({ nodes }: Pick<MeshView, 'nodes'>): string {
  const others = nodes.length - nodes.filter(isAsked).length
  if (others === 0) return 'Nothing needs an operator now.'
  return `Nothing needs an operator now, as far as is known here: ${others} of ${nodes.length} nodes are not asked.`
}
