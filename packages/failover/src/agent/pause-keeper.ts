import { errorCode, type Logger } from '@montana/foundation'
import type { Pause } from '../core/types.js'
import type { PauseFile } from './ports.js'

/** Writes a pause down when it begins, changes or ends: it holds across restarts. Spec three-mirror 10.4. */
export class PauseKeeper {
  readonly #file: PauseFile
  readonly #logger: Logger
  #key = ''
  #tail: Promise<void> = Promise.resolve()

  constructor(file: PauseFile, logger: Logger) {
    this.#file = file
    this.#logger = logger
  }

  show(pause: Pause | null): void {
    const key = pause === null ? '' : `${pause.by} ${pause.reason}`
    if (key === this.#key) return
    this.#key = key
    this.#tail = this.#tail
      .then(async () => await this.#file.save(pause))
      .catch((error: unknown) => this.#logger.error({ code: errorCode(error) }, 'the pause could not be written down'))
  }
}
