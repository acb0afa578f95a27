import type { GenesisDocument } from '@montana/ledger'
import type { Process } from '../node/process.js'
import { weightsOf } from './facts.js'
import type { History } from './history.js'
import type { Violation } from './oracle.js'

/**
 * Invariant 18: while less than a quorum is up, nothing is cemented beyond what was under way when it was lost: the
 * highest head, and one window more, for which the absent may have confirmed before they left.
 */
export class QuorumWatch {
  #limit = Number.POSITIVE_INFINITY

  constructor(
    readonly document: GenesisDocument,
    readonly history: History,
  ) {}

  /** To be called whenever a process came up or died, and before a window is judged: credits move weight and quorum. */
  update(processes: readonly Process[]): void {
    const weights = weightsOf(this.history.standing, this.document)
    const up = processes.filter(({ isUp }) => isUp)
    const weight = up.reduce((sum, { init }) => sum + weights.of(init.config.selfNodeId), 0)
    if (weight >= weights.quorum) this.#limit = Number.POSITIVE_INFINITY
    else if (this.#limit === Number.POSITIVE_INFINITY) this.#limit = this.history.head + 1
  }

  check(window: number): Violation | undefined {
    if (window <= this.#limit) return undefined
    return { invariant: 18, name: 'Stop, not fork', window, detail: 'cemented while less than a quorum was up' }
  }
}
