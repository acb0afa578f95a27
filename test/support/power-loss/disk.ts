import { basename } from 'node:path'
import type { Call } from './calls.js'

/** A change of a file that no fsync has covered: bytes from `at` on, or a new size. */
export type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number }

/** A file whatever its names are: what is on the disk for certain, and what may be. */
export class FileState {
  /** Room beyond the content is not used. */
  #durable: Buffer
  #size: number
  pending: Change[] = []

  constructor(content: Uint8Array = new Uint8Array()) {
    this.#durable = Buffer.from(content)
    this.#size = content.length
  }

  get durable(): Buffer {
    return this.#durable.subarray(0, this.#size)
  }

  /** The fsync that returned well puts all of it there. */
  settle(): void {
    for (const change of this.pending) this.#apply(change)
    this.pending = []
  }

  /** After one that failed the system takes the pages for clean and writes them no more; they stay readable till it ends. */
  forget(): void {
    this.pending = []
  }

  #apply(change: Change): void {
    const end = 'size' in change ? change.size : change.at + change.bytes.length
    if (end > this.#durable.length)
      this.#durable = Buffer.concat([this.#durable], Math.max(end, 2 * this.#durable.length))
    if ('bytes' in change) this.#durable.set(change.bytes, change.at)
    else this.#durable.fill(0, Math.min(end, this.#size), Math.max(end, this.#size))
    this.#size = 'size' in change ? end : Math.max(this.#size, end)
  }
}

/** A change of the directory that no fsync of it has covered: what each of these names stands for afterwards. */
export type NameChange = ReadonlyMap<string, FileState | undefined>

/**
 * One directory as a process sees it, and as the disk has it. The model is weaker than what ext4, XFS or btrfs promise:
 * - what an fsync of a file has covered is there, its size included, and nothing else is certain;
 * - a name is there only after an fsync of the directory; the fsync of a file makes no name durable;
 * - files, and names that have nothing to do with each other, reach the disk in any order; a rename is one change;
 * - a write changes no byte outside its range (SQLite calls it powersafe overwrite).
 */
export class Disk {
  readonly #folder: string
  #names: Map<string, FileState>
  durableNames: ReadonlyMap<string, FileState>
  nameChanges: NameChange[] = []

  /** `files` lie there durably. */
  constructor(folder: string, files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#folder = folder
    this.#names = new Map([...files].map(([name, content]) => [name, new FileState(content)]))
    this.durableNames = new Map(this.#names)
  }

  apply(call: Call): void {
    if (call.kind === 'say') return
    if (call.kind === 'sync') this.#sync(call.path, call.hasFailed)
    else if (call.kind === 'rename') this.#rename(basename(call.path), basename(call.to))
    else if (call.kind === 'unlink') this.#name(new Map([[basename(call.path), undefined]]))
    else if (call.kind === 'open') this.#open(basename(call.path), call.isEmptied)
    else this.#file(call.path).pending.push(call.kind === 'write' ? { at: call.offset, bytes: call.bytes } : call)
  }

  #sync(path: string, hasFailed: boolean): void {
    if (path === this.#folder) {
      if (!hasFailed) this.#settleNames()
    } else if (hasFailed) this.#file(path).forget()
    else this.#file(path).settle()
  }

  #settleNames(): void {
    this.durableNames = new Map(this.#names)
    this.nameChanges = []
  }

  #open(name: string, isEmptied: boolean): void {
    if (!this.#names.has(name)) this.#name(new Map([[name, new FileState()]]))
    else if (isEmptied) this.#file(name).pending.push({ size: 0 })
  }

  #rename(from: string, to: string): void {
    this.#name(
      new Map([
        [from, undefined],
        [to, this.#file(from)],
      ]),
    )
  }

  #name(change: NameChange): void {
    this.nameChanges.push(change)
    for (const [name, file] of change) {
      if (file === undefined) this.#names.delete(name)
      else this.#names.set(name, file)
    }
  }

  #file(path: string): FileState {
    const file = this.#names.get(basename(path))
    if (file === undefined) throw new Error(`the trace uses ${path}, which it has not made`)
    return file
  }
}
