import { randomBytes } from 'node:crypto'
import { u16le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import {
  IDENTITY_KEY_BYTES,
  KEM_CIPHERTEXT_BYTES,
  KEM_KEY_BYTES,
  MAX_PAD_BYTES,
  SIGNATURE_BYTES,
} from '../constants.js'
import { TransportError } from '../errors.js'

/** The byte stream below a handshake. Both calls end with an error when the stream does. */
export interface HandshakeChannel {
  /** One message: its prefix, then as many bytes as `bodyBytes` makes of the prefix; returns the body. */
  receive(prefixBytes: number, bodyBytes: (prefix: Uint8Array) => number): Promise<Uint8Array>
  send(bytes: Uint8Array): Promise<void>
}

export interface Message2 {
  readonly ekR: Uint8Array
  readonly ctI: Uint8Array
  readonly idR: Uint8Array
  readonly sigR: Uint8Array
}

export interface Message3 {
  readonly ctR: Uint8Array
  readonly idI: Uint8Array
  readonly sigI: Uint8Array
}

/** `total_len (u16 LE) ‖ core ‖ pad`: spec transport 4.2. */
export function padMessage(core: Uint8Array, pad: Uint8Array = randomPad()): Uint8Array {
  return concatBytes(u16le(core.length + pad.length), core, pad)
}

/** Reads one message and keeps its core; the length is checked before the body is read. */
export async function readMessage(channel: HandshakeChannel, coreBytes: number): Promise<Uint8Array> {
  const body = await channel.receive(2, (prefix) => checkedTotalLength(prefix, coreBytes))
  return body.slice(0, coreBytes)
}

/** The announced body length, or HS_SIZE when it is outside core…core + 1024. */
export function checkedTotalLength(prefix: Uint8Array, coreBytes: number): number {
  const total = new DataView(prefix.buffer, prefix.byteOffset, 2).getUint16(0, true)
  if (total < coreBytes || total > coreBytes + MAX_PAD_BYTES) {
    throw new TransportError(
      'HS_SIZE',
      `handshake message of ${total} bytes, expected ${coreBytes} and at most ${MAX_PAD_BYTES} more`,
      {
        expected: coreBytes,
        actual: total,
      },
    )
  }
  return total
}

export function parseMessage2(core: Uint8Array): Message2 {
  const [ekR, ctI, idR, sigR] = split(core, KEM_KEY_BYTES, KEM_CIPHERTEXT_BYTES, IDENTITY_KEY_BYTES, SIGNATURE_BYTES)
  return { ekR, ctI, idR, sigR } as Message2
}

export function parseMessage3(core: Uint8Array): Message3 {
  const [ctR, idI, sigI] = split(core, KEM_CIPHERTEXT_BYTES, IDENTITY_KEY_BYTES, SIGNATURE_BYTES)
  return { ctR, idI, sigI } as Message3
}

function split(core: Uint8Array, ...lengths: readonly number[]): Uint8Array[] {
  let offset = 0
  return lengths.map((length) => {
    offset += length
    return core.subarray(offset - length, offset)
  })
}

function randomPad(): Uint8Array {
  return randomBytes(randomBytes(2).readUInt16LE() % (MAX_PAD_BYTES + 1))
}
