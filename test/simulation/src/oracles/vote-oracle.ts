import { type CementVote, PRECOMMIT, PREVOTE, ZERO_HASH } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import { type Standing, weightsOf } from './facts.js'
import type { Violation } from './oracle.js'

type Slot = Pick<CementVote, 'window' | 'round' | 'phase'>

/** Windows whose votes are kept. Whoever is further behind is not judged: its window was settled without it. */
const WINDOWS_KEPT = 16

/**
 * The two rules that make the vote safe, judged on what honest members sign while everybody's votes are known:
 * a precommit needs a quorum of prevotes, and whoever is locked prevotes another value only after one that is as late
 * as its lock (spec protocol 11.2 rules 3 and 4). Breaking them breaks Agreement sooner or later.
 */
export class VoteOracle {
  /** window/round/phase/value → node_ids, all hex. */
  readonly #votes = new Map<string, Map<string, Uint8Array>>()
  /** window/node → the latest precommit for a value. */
  readonly #locks = new Map<string, { readonly round: number; readonly value: string }>()
  #oldest = 1

  constructor(
    readonly document: GenesisDocument,
    /** S_{window−1}. */
    readonly standingBefore: (window: number) => Standing | undefined,
  ) {}

  /** Somebody, honest or not, signed this. */
  note(vote: CementVote): void {
    const key = keyOf(vote, toHex(vote.value))
    const voters = this.#votes.get(key) ?? new Map()
    this.#votes.set(key, voters.set(toHex(vote.nodeId), vote.nodeId))
    this.#forget(vote.window - WINDOWS_KEPT)
  }

  /** An honest member shows a vote of its own. */
  check(vote: CementVote): Violation | undefined {
    if (vote.round === 0 || vote.window < this.#oldest || bytesEqual(vote.value, ZERO_HASH)) return undefined
    return vote.phase === PRECOMMIT ? this.#precommit(vote) : this.#prevote(vote)
  }

  #precommit(vote: CementVote): Violation | undefined {
    const { window, round, nodeId } = vote
    const value = toHex(vote.value)
    const lock = this.#locks.get(`${window}/${toHex(nodeId)}`)
    if (!lock || lock.round <= round) this.#locks.set(`${window}/${toHex(nodeId)}`, { round, value })
    if (this.#hadQuorum({ window, round, phase: PREVOTE }, value)) return undefined
    return broken(window, `a precommit in round ${round} without a quorum of prevotes`)
  }

  #prevote({ window, round, nodeId, value }: CementVote): Violation | undefined {
    const lock = this.#locks.get(`${window}/${toHex(nodeId)}`)
    if (!lock || lock.round >= round || lock.value === toHex(value)) return undefined
    for (let earlier = lock.round; earlier < round; earlier++) {
      if (this.#hadQuorum({ window, round: earlier, phase: PREVOTE }, toHex(value))) return undefined
    }
    return broken(window, `locked in round ${lock.round}, a member prevotes another value in round ${round}`)
  }

  #hadQuorum(slot: Slot, value: string): boolean {
    const standing = this.standingBefore(slot.window)
    if (!standing) return true
    const weights = weightsOf(standing, this.document)
    const voters = this.#votes.get(keyOf(slot, value))?.values() ?? []
    return [...voters].reduce((sum, nodeId) => sum + weights.of(nodeId), 0) >= weights.quorum
  }

  #forget(below: number): void {
    if (below <= this.#oldest) return
    this.#oldest = below
    for (const map of [this.#votes, this.#locks]) {
      for (const key of map.keys()) if (Number(key.split('/')[0]) < below) map.delete(key)
    }
  }
}

function keyOf({ window, round, phase }: Slot, value: string): string {
  return `${window}/${round}/${phase}/${value}`
}

function broken(window: number, detail: string): Violation {
  return { invariant: 1, name: 'Agreement', window, detail }
}
