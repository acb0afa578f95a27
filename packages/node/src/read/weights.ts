import type { ChainState } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { isActive, type NodeRecord, quorum } from '@montana/ledger'
import type { CreditCount, NoCount } from './credits.js'
import { recordsOf } from './nodes.js'

/** Weights of S_{W−1}, which decided window W: spec protocol 8.3. */
export interface PastWeights {
  readonly active: number
  readonly quorum: number
  /** By node_id in hex; 0 for whoever was no active member. */
  of(nodeId: string): number
}

const UNKNOWN: NoCount = {
  reason: 'whether a member that fell silent counted then is not known any more',
  isPending: false,
}

/** From the tables of the head and the credits in W … head, `credits`. Pure. */
export function pastWeights(chain: ChainState, window: number, credits: CreditCount): PastWeights | NoCount {
  const weights = new Map<string, number>()
  let active = 0
  for (const node of recordsOf(chain.tables.nodes)) {
    // Selection writes the record when `startWindow` settles: it is in S_{W−1} from then on.
    if (node.startWindow >= window) continue
    const wasActive = wasActiveAt(chain, node, window, credits)
    if (wasActive === undefined) return UNKNOWN
    const weight = wasActive ? node.chainLength - credits.since(toHex(node.nodeId)) : 0
    weights.set(toHex(node.nodeId), weight)
    active += weight
  }
  const { quorumNum, quorumDen } = chain.params
  return { active, quorum: quorum(active, quorumNum, quorumDen), of: (nodeId) => weights.get(nodeId) ?? 0 }
}

/** Undefined: its last credit before `window` lies further back than what was read. */
function wasActiveAt(
  { params }: ChainState,
  node: NodeRecord,
  window: number,
  credits: CreditCount,
): boolean | undefined {
  const { tau2Windows } = params
  const id = toHex(node.nodeId)
  // Whatever its last credit was, it is at most two epochs old.
  if (window <= 2 * tau2Windows || credits.justBefore(id)) return true
  // Admitted since, and not credited before `window`: its last credit was window 0.
  if (node.startWindow >= credits.seenFrom) return false
  return credits.since(id) === 0 ? isActive(node, window, tau2Windows) : undefined
}
