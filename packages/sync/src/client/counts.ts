import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ByteReader, ByteWriter } from '@montana/codec'

/** Beside the store. Written without a sync for each answer: it survives a killed process, and a lost one costs a number. */
const FILE = 'sync.counts'
const BYTES = 16
const MODE = 0o600

/** Counts the bytes of records that arrived for one anchor, over all processes that worked at it. */
export class CountFile {
  readonly #file: number
  readonly #window: number
  #fetched = 0

  /** Of another window than `window` nothing is taken over. */
  constructor(dir: string, window: number) {
    this.#file = openSync(join(dir, FILE), constants.O_RDWR | constants.O_CREAT, MODE)
    this.#window = window
    this.#write(this.#stored())
  }

  get fetched(): number {
    return this.#fetched
  }

  note(bytes: number): void {
    this.#write(this.#fetched + bytes)
  }

  close(): void {
    closeSync(this.#file)
  }

  #stored(): number {
    const bytes = new Uint8Array(BYTES)
    if (fstatSync(this.#file).size !== BYTES || readSync(this.#file, bytes, 0, BYTES, 0) !== BYTES) return 0
    const reader = new ByteReader(bytes)
    return reader.u64() === BigInt(this.#window) ? reader.u64AsNumber() : 0
  }

  #write(fetched: number): void {
    this.#fetched = fetched
    writeSync(this.#file, new ByteWriter(BYTES).u64(this.#window).u64(fetched).finish(), 0, BYTES, 0)
  }
}
