import { errorCode, type Logger } from '@montana/foundation'
import type { Pause } from '../core/types.js'
import type { PauseFile } from './ports.js'

/** Two looks at one pause differ by less; a longer one with the same words is another. */
const SAME_MS = 1_000

/** Writes a pause down when it begins, changes or ends: it holds across restarts. Spec three-mirror 10.4. */
export class PauseKeeper {
  readonly #file: PauseFile
  readonly #logger: Logger
  readonly #nowMs: () => number
  #key = ''
  #untilMs = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(file: PauseFile, logger: Logger, nowMs: () => number) {
    this.#file = file
    this.#logger = logger
    this.#nowMs = nowMs
  }

  show(pause: Pause | null): void {
    const key = pause === null ? '' : `${pause.by} ${pause.reason}`
    const untilMs = pause === null ? 0 : this.#nowMs() + pause.remainingMs
    if (key === this.#key && Math.abs(untilMs - this.#untilMs) < SAME_MS) return
    this.#key = key
    this.#untilMs = untilMs
    this.#tail = this.#tail
      .then(async () => await this.#file.save(pause))
      .catch((error: unknown) => this.#logger.error({ code: errorCode(error) }, 'the pause could not be written down'))
  }
}
