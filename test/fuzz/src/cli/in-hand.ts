import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'

const HEADER_BYTES = 8

/** The input that is about to be tried, in a file: a process that dies or hangs leaves behind what it died of. */
export class InHand {
  readonly #descriptor: number
  #buffer = Buffer.alloc(64 * 1024)

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w')
  }

  note(target: number, input: Uint8Array): void {
    if (input.length + HEADER_BYTES > this.#buffer.length) this.#buffer = Buffer.alloc(input.length + HEADER_BYTES)
    this.#buffer.writeUInt32LE(target, 0)
    this.#buffer.writeUInt32LE(input.length, 4)
    this.#buffer.set(input, HEADER_BYTES)
    writeSync(this.#descriptor, this.#buffer, 0, HEADER_BYTES + input.length, 0)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/** Number of the target within its group, and the input; undefined where nothing was tried yet, nor the file made. */
export function readInHand(path: string): { target: number; input: Uint8Array } | undefined {
  if (!existsSync(path)) return undefined
  const bytes = readFileSync(path)
  if (bytes.length < HEADER_BYTES) return undefined
  const length = bytes.readUInt32LE(4)
  return { target: bytes.readUInt32LE(0), input: bytes.subarray(HEADER_BYTES, HEADER_BYTES + length) }
}
