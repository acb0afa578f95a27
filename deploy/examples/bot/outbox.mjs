import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What the bot is about to say, written down before it is said: one JSON line per reply and one per acknowledgement.
 * A last line that was torn by a crash is left out; its reply was not sent, because sending waits for the line.
 */
export class Outbox {
  #file
  #entries = new Map()
  #sent = new Set()

  static async open(folder) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const outbox = new Outbox()
    const path = join(folder, 'outbox.jsonl')
    const text = await readFile(path, 'utf8').catch(() => '')
    for (const line of text.split('\n')) outbox.#read(line)
    outbox.#file = await open(path, 'a', 0o600)
    // A torn line must not swallow the next one.
    if (text !== '' && !text.endsWith('\n')) await outbox.#file.write('\n')
    return outbox
  }

  /** The highest update below which everything was answered here. */
  get offset() {
    let offset = 0
    for (const { key, updateId } of this.#entries.values()) if (this.#sent.has(key)) offset = Math.max(offset, updateId)
    const open = this.pending().map(({ updateId }) => updateId)
    return open.length === 0 ? offset : Math.min(offset, Math.min(...open) - 1)
  }

  pending() {
    return [...this.#entries.values()].filter(({ key }) => !this.#sent.has(key))
  }

  async add(entry) {
    this.#entries.set(entry.key, entry)
    await this.#append({ add: entry })
  }

  async sent({ key }) {
    this.#sent.add(key)
    await this.#append({ sent: key })
  }

  async #append(record) {
    await this.#file.write(`${JSON.stringify(record)}\n`)
    await this.#file.datasync()
  }

  #read(line) {
    try {
      const record = JSON.parse(line)
      if (record.add) this.#entries.set(record.add.key, record.add)
      if (record.sent) this.#sent.add(record.sent)
    } catch {
      // Torn, or the empty line after the last.
    }
  }
}
