import type { Effect, ProofPolicy, ProofVerdict } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { Dice } from '../kernel/dice.js'
import { type ClockStub, grindMs } from '../stubs/clock.js'
import type { UndatedEvent } from './inbox.js'
import { peerIndex } from './names.js'
import type { ClockProof } from './packet.js'
import type { Requests } from './requests.js'
import type { Timers } from './timers.js'

type ProveRequest = Extract<Effect, { type: 'prove' }>

const REQUEST_TIMEOUT_MS = 5_000
/** Segments of a proof, and how much faster than the clock all cores check them together. */
const SEGMENTS = 64
const CHECK_SPEEDUP = 4
/** Proofs that are kept. No special reason: peers ask for recent windows only. */
const SHELF_ENTRIES = 32

export interface ProverModules {
  readonly timers: Timers
  readonly dice: Dice
  readonly clock: ClockStub
  readonly requests: Requests
  readonly peers: readonly number[]
  readonly stepsPerSecond: number
  feed(event: UndatedEvent): void
  /** Every segment was checked: as good as computed here. */
  onValue(window: number, value: Uint8Array): void
}

/** Fetches proofs of clock values, checks them, and serves those of windows that it computed or checked in full. */
export class Prover {
  readonly #modules: ProverModules
  readonly #shelf = new Map<number, ClockProof>()

  constructor(modules: ProverModules) {
    this.#modules = modules
  }

  proofOf(window: number): ClockProof | undefined {
    return this.#shelf.get(window)
  }

  keep(proof: ClockProof): void {
    this.#shelf.set(proof.window, proof)
    const [oldest] = this.#shelf.keys()
    if (this.#shelf.size > SHELF_ENTRIES && oldest !== undefined) this.#shelf.delete(oldest)
  }

  prove(request: ProveRequest): void {
    const { requests, peers, dice } = this.#modules
    const { window, previous, d, value } = request
    const first = request.from === undefined || request.from === '' ? [] : [peerIndex(request.from)]
    const order = [...first, ...dice.shuffle(peers.filter((peer) => !first.includes(peer)))]
    const isClaim = ({ start, end, d: steps }: ClockProof) => {
      return steps === d && bytesEqual(start, previous) && bytesEqual(end, value)
    }
    requests.askEach(
      order,
      { what: 'proof', window },
      REQUEST_TIMEOUT_MS,
      (answer) => {
        const isUsable = 'proof' in answer && isClaim(answer.proof)
        if (isUsable) this.#check(request, answer.proof)
        return isUsable
      },
      (isTaken) => {
        if (!isTaken) this.#conclude(request, 'unavailable')
      },
    )
  }

  #check(request: ProveRequest, proof: ClockProof): void {
    const { timers, clock, stepsPerSecond } = this.#modules
    const { previous, d, value, policy } = request
    const share = policy.kind === 'full' ? 1 : policy.segments / SEGMENTS
    timers.after((share * grindMs(d, stepsPerSecond)) / CHECK_SPEEDUP, () => {
      const holds = bytesEqual(clock.value(previous, d), value) || !this.#isCaught(policy)
      if (holds && policy.kind === 'full') this.#take(proof)
      this.#conclude(request, holds ? 'valid' : 'invalid')
    })
  }

  #take(proof: ClockProof): void {
    this.keep(proof)
    this.#modules.onValue(proof.window, proof.end)
  }

  /** Of a proof with one wrong segment, a sample finds it with the part of the segments that it looks at. */
  #isCaught(policy: ProofPolicy): boolean {
    return policy.kind === 'full' || this.#modules.dice.chance(policy.segments / SEGMENTS)
  }

  /** An audit only leaves a record, which the simulator has no use for. */
  #conclude({ window, value, policy, isAudit }: ProveRequest, verdict: ProofVerdict): void {
    if (!isAudit) this.#modules.feed({ type: 'proven', window, value, policy, verdict })
  }
}
