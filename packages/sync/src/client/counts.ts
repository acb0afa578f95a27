import { closeSync, constants, fstatSync, openSync, readSync, write, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ByteReader, ByteWriter } from '@montana/codec'

/** Beside the store. A killed process loses the bytes of the last few milliseconds of it, and a lost one costs a number. */
const FILE = 'sync.counts'
const BYTES = 16
const MODE = 0o600

/**
 * Counts the bytes of records that arrived for one anchor, over all processes that worked at it. Written off the main
 * thread, one write at a time: beside a store that synchronises the disk many times a second even a few bytes have to wait.
 */
export class CountFile {
  readonly #file: number
  readonly #window: number
  #fetched = 0
  #written = 0
  #isWriting = false
  #isClosed = false

  /** Of another window than `window` nothing is taken over. */
  constructor(dir: string, window: number) {
    this.#file = openSync(join(dir, FILE), constants.O_RDWR | constants.O_CREAT, MODE)
    this.#window = window
    try {
      this.#fetched = this.#stored()
      this.#writeNow()
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  get fetched(): number {
    return this.#fetched
  }

  note(bytes: number): void {
    this.#fetched += bytes
    this.#writeSoon()
  }

  close(): void {
    this.#isClosed = true
    this.#writeNow()
    // A write that is still on its way closes the file behind it.
    if (!this.#isWriting) closeSync(this.#file)
  }

  #stored(): number {
    const bytes = new Uint8Array(BYTES)
    if (fstatSync(this.#file).size !== BYTES || readSync(this.#file, bytes, 0, BYTES, 0) !== BYTES) return 0
    const reader = new ByteReader(bytes)
    return reader.u64() === BigInt(this.#window) ? reader.u64AsNumber() : 0
  }

  #writeSoon(): void {
    if (this.#isWriting || this.#isClosed || this.#written === this.#fetched) return
    this.#isWriting = true
    this.#written = this.#fetched
    write(this.#file, this.#encoded(), 0, BYTES, 0, () => this.#afterWrite())
  }

  /** A failed write is no reason to stop: the next one says more. */
  #afterWrite(): void {
    this.#isWriting = false
    if (!this.#isClosed) return this.#writeSoon()
    this.#writeNow()
    closeSync(this.#file)
  }

  #writeNow(): void {
    writeSync(this.#file, this.#encoded(), 0, BYTES, 0)
    this.#written = this.#fetched
  }

  #encoded(): Uint8Array {
    return new ByteWriter(BYTES).u64(this.#window).u64(this.#fetched).finish()
  }
}
