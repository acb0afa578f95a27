import { appendFile } from 'node:fs/promises'
import { writeFileDurably } from '@montana/foundation'

export interface LineLogInit {
  readonly path: string
  /** The file is not as it should be: torn, or of another form. */
  readonly isDamaged: boolean
  /** Everything that the file should hold. */
  all(): string
  /** Once when writing begins to fail. */
  onError(error: unknown): void
}

const OWNER_ONLY = 0o600

/**
 * Appends in the background and in order: whoever appends never waits for a disk, and a disk that is full stops nobody. What
 * could not be appended is made good by writing everything, as soon as something is appended again.
 */
export class LineLog {
  readonly #init: LineLogInit
  #pending: string[] = []
  #mustRewrite: boolean
  #isFailing = false
  #work: Promise<void> | undefined

  constructor(init: LineLogInit) {
    this.#init = init
    this.#mustRewrite = init.isDamaged
  }

  append(line: string): void {
    this.#pending.push(line)
    this.#work ??= this.#write().finally(() => {
      this.#work = undefined
    })
  }

  /** The next line is followed by everything anew, in one step that a crash does not tear. */
  rewrite(): void {
    this.#mustRewrite = true
  }

  /** Resolves when what was appended is written, or could not be. */
  async flush(): Promise<void> {
    await this.#work
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) await this.#writeBatch(this.#pending.splice(0).join(''))
  }

  async #writeBatch(text: string): Promise<void> {
    const { path, all, onError } = this.#init
    try {
      if (this.#mustRewrite) await writeFileDurably(path, all(), OWNER_ONLY)
      else await appendFile(path, text, { mode: OWNER_ONLY })
      this.#mustRewrite = false
      this.#isFailing = false
    } catch (error) {
      this.#mustRewrite = true
      if (!this.#isFailing) onError(error)
      this.#isFailing = true
    }
  }
}
