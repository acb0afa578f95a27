import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

/** Several writes to one folder, as of a rename, are looked at once. */
const SETTLE_MS = 50
/** Where the kernel tells nothing, or not all: spec operations 11.3 asks for no time. */
const POLL_MS = 2_000

/** Tells when the content of a file may be another: its folder is watched, so that a rename into place is seen. */
export class FileWatch {
  readonly #path: string
  readonly #onChange: () => void
  readonly #isUnsettled: () => boolean
  #watcher: FSWatcher | undefined
  #poll: NodeJS.Timeout | undefined
  #settle: NodeJS.Timeout | undefined
  #known = ''

  /** `isUnsettled`: what came of the file last time may be another thing now; it is looked at with each poll. */
  constructor(path: string, onChange: () => void, isUnsettled: () => boolean = () => false) {
    this.#path = path
    this.#onChange = onChange
    this.#isUnsettled = isUnsettled
  }

  async start(): Promise<void> {
    this.#known = await this.#stat()
    this.#poll = setInterval(() => void this.#look(), POLL_MS)
    try {
      const name = basename(this.#path)
      this.#watcher = watch(dirname(this.#path), { persistent: false }, (_, changed) => {
        if (changed === null || changed === name) this.#soon()
      })
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // The kernel has no watch to give; the poll remains.
    }
  }

  stop(): void {
    this.#watcher?.close()
    clearInterval(this.#poll)
    clearTimeout(this.#settle)
  }

  #soon(): void {
    clearTimeout(this.#settle)
    this.#settle = setTimeout(() => void this.#look(), SETTLE_MS)
  }

  async #look(): Promise<void> {
    const found = await this.#stat()
    if (found === this.#known && !this.#isUnsettled()) return
    this.#known = found
    this.#onChange()
  }

  /** What tells one content of the file from the next; empty while there is none. */
  async #stat(): Promise<string> {
    return await stat(this.#path, { bigint: true }).then(
      ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      () => '',
    )
  }
}
