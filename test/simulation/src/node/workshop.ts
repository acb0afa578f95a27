import type { ChainState, Effect } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { nodeIdOf } from '@montana/ledger'
import type { Dice } from '../kernel/dice.js'
import { type ClockStub, grindMs } from '../stubs/clock.js'
import type { StubSigner } from '../stubs/signatures.js'
import { workEndpoint } from './candidate-work.js'
import type { Disk } from './disk.js'
import type { UndatedEvent } from './inbox.js'
import type { ClockProof } from './packet.js'
import type { Timers } from './timers.js'

/** Signing runs beside the event loop of the node and takes about this long, ms. */
const SIGN_MS = { low: 1, high: 4 }
/** Checking a candidate's work: fetch and hashing, ms. No special reason. */
const WORK_CHECK_MS = { low: 200, high: 5_000 }
/** Nobody reachable has the proof of the candidate's work, now and then. */
const WORK_UNAVAILABLE = 0.1

export interface WorkshopModules {
  readonly timers: Timers
  readonly dice: Dice
  readonly disk: Disk
  readonly clock: ClockStub
  readonly signer: StubSigner
  readonly stepsPerSecond: number
  chain(): ChainState
  feed(event: UndatedEvent): void
  /** T_r(window) is computed. */
  onTick(proof: ClockProof): void
}

/** The slow things that the engine orders and gets back as events: signatures, the clock, a look at a candidate's work. */
export class Workshop {
  readonly #modules: WorkshopModules
  #grind = 0

  constructor(modules: WorkshopModules) {
    this.#modules = modules
  }

  sign(message: Uint8Array, done: (signature: Uint8Array) => UndatedEvent): void {
    const { timers, dice, signer, feed } = this.#modules
    const signature = signer.sign(message)
    timers.after(dice.between(SIGN_MS.low, SIGN_MS.high), () => feed(done(signature)))
  }

  /** A new order ends the one before. */
  grind(window: number, previous: Uint8Array, d: number): void {
    const { timers, clock, stepsPerSecond, feed, onTick } = this.#modules
    const grind = ++this.#grind
    timers.after(grindMs(d, stepsPerSecond), () => {
      if (grind !== this.#grind) return
      const value = clock.value(previous, d)
      onTick({ window, d, start: previous, end: value })
      feed({ type: 'tick', window, value })
    })
  }

  verifyCandidate({ hash, registration }: Extract<Effect, { type: 'verifyCandidate' }>): void {
    const { timers, dice, disk, clock, chain, feed } = this.#modules
    timers.after(dice.between(WORK_CHECK_MS.low, WORK_CHECK_MS.high), () => {
      if (dice.chance(WORK_UNAVAILABLE)) return feed({ type: 'candidateVerified', hash, verdict: 'unavailable' })
      const claim = {
        nodeId: nodeIdOf(registration.nodePublicKey),
        wStart: Number(registration.wStart),
        windows: Number(registration.vdfChainLength),
      }
      const { context, params } = chain()
      const endpoint = workEndpoint(disk, clock, context, params.tau2Windows, claim)
      const isValid = endpoint && bytesEqual(endpoint, registration.proofEndpoint)
      feed({ type: 'candidateVerified', hash, verdict: !endpoint ? 'unavailable' : isValid ? 'valid' : 'invalid' })
    })
  }
}
