import { expect } from 'vitest'
import { MESSAGE_1_BYTES, MESSAGE_2_BYTES, MESSAGE_3_BYTES } from '../src/index.js'
import { type Party, shake, type Tamper, tamperedPair } from './harness.js'

export type MessageNumber = 1 | 2 | 3

export const CORE_BYTES = { 1: MESSAGE_1_BYTES, 2: MESSAGE_2_BYTES, 3: MESSAGE_3_BYTES }
/** First and last byte of every field: spec transport 4.2. */
const FIELD_EDGES = {
  1: [0, 1183],
  2: [0, 1183, 1184, 2271, 2272, 4223, 4224, 7532],
  3: [0, 1087, 1088, 3039, 3040, 6348],
}
const REFUSALS = ['HS_SIGNATURE', 'HS_KEM_KEY', 'STREAM_RESET']

/** The edges of every field and a spread between them. */
export function samplePositions(message: MessageNumber): number[] {
  const spread = Array.from({ length: 8 }, (_, index) => Math.floor((CORE_BYTES[message] * (index + 0.5)) / 8))
  return [...FIELD_EDGES[message], ...spread]
}

/** Flips a bit of the byte at `index` of one message, prefix included. */
export function flipInMessage(message: MessageNumber, index: number): Tamper {
  if (message !== 3) return flip(message === 1 ? 'initiator' : 'responder', index)
  let start = Number.POSITIVE_INFINITY
  return (bytes, from, offset) => {
    if (from !== 'initiator') return bytes
    // Message 3 follows message 1, whose padding is known only on the way.
    if (offset === 0) start = 2 + (bytes[0] ?? 0) + 256 * (bytes[1] ?? 0)
    return flip('initiator', start + index)(bytes, from, offset)
  }
}

/** Both ends of a handshake with one changed core byte end it, with a code. */
export async function expectRefused(alice: Party, bob: Party, message: MessageNumber, position: number): Promise<void> {
  const [a, b] = await shake(alice, bob, tamperedPair(flipInMessage(message, 2 + position)))
  // After message 3 the initiator is done; it learns of the refusal from the closed connection.
  for (const { code } of message === 3 ? [b] : [a, b]) {
    expect(REFUSALS, `message ${message}, byte ${position}: ${code}`).toContain(code)
  }
  if (message === 3) await expect.poll(() => a.secured?.connection.status).not.toBe('open')
}

function flip(side: 'initiator' | 'responder', at: number): Tamper {
  return (bytes, from, offset) => {
    const index = at - offset
    if (from === side && index >= 0 && index < bytes.length) bytes[index] = (bytes[index] ?? 0) ^ 1
    return bytes
  }
}
