import { type ChainState, decodeCertificate, decodeEnvelope } from '@montana/consensus'
import { errorCode, type Logger } from '@montana/foundation'
import type { Authenticator } from '../authenticator.js'
import type { RangeWindow } from './window-source.js'

/** Signatures of windows ahead of the head; the authenticator remembers 4096, and the head needs those it has. */
const SIGNATURES_AHEAD = 2_048

export interface SignaturesAheadModules {
  readonly authenticator: Pick<Authenticator, 'authenticateEnvelope' | 'isAuthenticCertificate'>
  readonly logger: Logger
  chain(): ChainState
  /** What is held of a window. */
  windowAt(window: number): RangeWindow | undefined
}

/**
 * Verifies signatures of windows that wait, off the main thread, so that applying them finds the verdicts. It decides
 * nothing: what does not verify here is looked at again, and judged, when its turn comes.
 */
export class SignaturesAhead {
  readonly #modules: SignaturesAheadModules
  /** Signatures by window. */
  readonly #done = new Map<number, number>()
  #isRunning = false
  #head = 0

  constructor(modules: SignaturesAheadModules) {
    this.#modules = modules
  }

  /** Goes on behind `head`; returns at once. */
  pump(head: number): void {
    this.#head = head
    for (const window of this.#done.keys()) if (window <= head) this.#done.delete(window)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      for (let next = this.#next(); next; next = this.#next()) this.#done.set(next.window, await this.#verify(next))
    } finally {
      this.#isRunning = false
    }
  }

  /** Not the very next window: that one is being applied. */
  #next(): (RangeWindow & { window: number }) | undefined {
    const ahead = [...this.#done.values()].reduce((sum, count) => sum + count, 0)
    if (ahead >= SIGNATURES_AHEAD) return undefined
    let window = this.#head + 2
    while (this.#done.has(window)) window++
    const held = this.#modules.windowAt(window)
    return held && { ...held, window }
  }

  /** How many there were. */
  async #verify({ window, envelope, certificate }: RangeWindow & { window: number }): Promise<number> {
    const { authenticator, logger, chain } = this.#modules
    try {
      const decoded = decodeEnvelope(envelope)
      const precommits = certificate && decodeCertificate(certificate)
      const state = chain()
      await Promise.all([
        authenticator.authenticateEnvelope(state, decoded),
        precommits && authenticator.isAuthenticCertificate(state, precommits),
      ])
      const { confirmers, evidence, control } = decoded
      return 1 + confirmers.length + evidence.length + control.length + (precommits?.signers.length ?? 0)
    } catch (error) {
      logger.debug({ window, code: errorCode(error) }, 'window cannot be verified ahead')
      return 1
    }
  }
}
