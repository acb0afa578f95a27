import type { Dice } from '../kernel/dice.js'
import { type ClockStub, grindMs } from '../stubs/clock.js'
import type { StubSigner } from '../stubs/signatures.js'
import type { UndatedEvent } from './inbox.js'
import type { Timers } from './timers.js'

/** Signing runs beside the event loop of the node and takes about this long, ms. */
const SIGN_MS = { low: 1, high: 4 }

export interface WorkshopModules {
  readonly timers: Timers
  readonly dice: Dice
  readonly clock: ClockStub
  readonly signer: StubSigner
  readonly stepsPerSecond: number
  feed(event: UndatedEvent): void
  /** T_r(window) is computed. */
  onValue(window: number, value: Uint8Array): void
}

/** The slow things that the engine orders and gets back as events: signatures and the clock. */
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
    const { timers, clock, stepsPerSecond, feed, onValue } = this.#modules
    const grind = ++this.#grind
    timers.after(grindMs(d, stepsPerSecond), () => {
      if (grind !== this.#grind) return
      const value = clock.value(previous, d)
      onValue(window, value)
      feed({ type: 'tick', window, value })
    })
  }
}
