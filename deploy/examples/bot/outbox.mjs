import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** Lines after which the file is written anew: half a megabyte of short answers. */
const LINES_MAX = 4_000

/**
 * What the bot is about to say, written down before it is said: a JSON line `{add: entry}` per reply and, when it was
 * taken, `{offset: id}`, which stands for every update up to that one. A last line that was torn by a crash is left out;
 * its reply was not sent, because sending waits for the line.
 */
export class Outbox {
  #path
  #file
  #offset = 0
  #pending = new Map()
  #lines = 0

  static async open(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const outbox = new Outbox()
    outbox.#path = join(folder, 'outbox.jsonl')
    const text = await readFile(outbox.#path, 'utf8').catch((error) => {
      if (error.code !== 'ENOENT') throw error
      return ''
    })
    for (const line of text.split('\n')) outbox.#read(line)
    await outbox.#writeAnew()
    return outbox
  }

  /** Every update up to this one was answered from here, or is pending. */
  get offset() {
    return Math.max(this.#offset, ...this.#pending.keys())
  }

  /** In the order of the updates. */
  pending() {
    return [...this.#pending.values()]
  }

  async add(entry) {
    await this.#append({ add: entry })
    this.#pending.set(entry.updateId, entry)
  }

  /** `entry` is the first of the pending ones. */
  async sent({ updateId }) {
    this.#pending.delete(updateId)
    this.#offset = updateId
    if (this.#lines < LINES_MAX) await this.#append({ offset: updateId })
    else await this.#writeAnew()
  }

  async #append(record) {
    this.#lines += 1
    await this.#file.write(`${JSON.stringify(record)}\n`)
    await this.#file.datasync()
  }

  async #writeAnew() {
    const records = [{ offset: this.#offset }, ...this.pending().map((add) => ({ add }))]
    const next = await open(`${this.#path}.new`, 'w', 0o600)
    await next.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
    await next.datasync()
    await rename(`${this.#path}.new`, this.#path)
    await this.#file?.close()
    this.#file = next
    this.#lines = records.length
  }

  #read(line) {
    try {
      const { add, offset = 0 } = JSON.parse(line)
      if (add) this.#pending.set(add.updateId, add)
      this.#offset = Math.max(this.#offset, offset)
      for (const id of this.#pending.keys()) if (id <= offset) this.#pending.delete(id)
    } catch {
      // Torn, or the empty line after the last.
    }
  }
}
