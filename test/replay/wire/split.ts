const SLASH = 0x2f
const LENGTH_BYTES = 2

/** The bytes of one direction of a pq connection: lines of negotiation, handshake messages, frames; prefixes included. */
export interface SplitBytes {
  readonly handshake: readonly Buffer[]
  /** Complete ones. */
  readonly frames: readonly Buffer[]
}

/** Spec transport 4.2 and 7.1: a dialler sends two handshake messages, a listener one. */
export function splitBytes(bytes: Buffer, messages: number): SplitBytes {
  let at = 0
  while (bytes[at + 1] === SLASH) at += 1 + (bytes[at] ?? 0)
  const take = (length: number) => {
    at += LENGTH_BYTES + length
    return bytes.subarray(at - LENGTH_BYTES - length, at)
  }
  const handshake = Array.from({ length: messages }, () => take(bytes.readUInt16LE(at)))
  const frames: Buffer[] = []
  while (at + LENGTH_BYTES <= bytes.length && at + LENGTH_BYTES + bytes.readUInt16BE(at) <= bytes.length) {
    frames.push(take(bytes.readUInt16BE(at)))
  }
  return { handshake, frames }
}
