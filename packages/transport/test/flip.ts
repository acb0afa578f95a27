import { expect } from 'vitest'
import { MESSAGE_1_BYTES, MESSAGE_2_BYTES, MESSAGE_3_BYTES } from '../src/index.js'
import { filled, type Outcome, type Party, received, shake, type Tamper, tamperedPair } from './harness.js'

export type MessageNumber = 1 | 2 | 3
export type Side = 'initiator' | 'responder'

export const CORE_BYTES = { 1: MESSAGE_1_BYTES, 2: MESSAGE_2_BYTES, 3: MESSAGE_3_BYTES }
/** First and last byte of every field: spec transport 4.2. */
const FIELD_EDGES = {
  1: [0, 1183],
  2: [0, 1183, 1184, 2271, 2272, 4223, 4224, 7532],
  3: [0, 1087, 1088, 3039, 3040, 6348],
}
const REFUSALS = ['HS_SIGNATURE', 'HS_KEM_KEY', 'STREAM_RESET']
/** What a changed byte anywhere on a hybrid wire may lead to; a longer length makes the reader wait for its deadline. */
const HYBRID_REFUSALS = [
  ...['HS_OUTER', 'HS_OUTER_KEY', 'HS_BYTES', 'HS_SIZE', 'HS_TIMEOUT', 'STREAM_RESET'],
  ...['FRAME_AUTH', 'FRAME_SIZE', 'FRAME_TRUNCATED'],
]

/** The edges of every field and a spread between them. */
export function samplePositions(message: MessageNumber): number[] {
  return [...FIELD_EDGES[message], ...spread(CORE_BYTES[message], 8)]
}

export function spread(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor((length * (index + 0.5)) / count))
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

/** How many bytes each side sends in one handshake; the padding varies between runs. */
export async function wireBytes(alice: Party, bob: Party): Promise<Record<Side, number>> {
  const sent = { initiator: 0, responder: 0 }
  await shake(
    alice,
    bob,
    tamperedPair((bytes, from) => {
      sent[from] += bytes.length
      return bytes
    }),
  )
  return sent
}

/**
 * One changed byte on the raw wire of a hybrid handshake. The reader of that byte refuses; the other side learns of it
 * from the closed connection, and nothing is delivered to either.
 */
export async function expectWireRefused(alice: Party, bob: Party, side: Side, position: number): Promise<void> {
  let hasHit = false
  const change = flip(side, position)
  const pair = tamperedPair((bytes, from, offset) => {
    hasHit ||= from === side && position < offset + bytes.length && position >= offset
    return change(bytes, from, offset)
  })
  const ends = await shake(alice, bob, pair)
  if (!hasHit) return
  const delivered = ends.map(({ secured }) => received(secured?.connection))
  for (const { secured } of ends) if (secured?.connection.status === 'open') secured.connection.send(filled(5, 1))
  const reader = side === 'initiator' ? ends[1] : ends[0]
  expect(HYBRID_REFUSALS, `${side}, byte ${position}: ${reader.code}`).toContain(reader.code)
  await expectClosed(ends)
  expect(delivered.flat()).toEqual([])
}

async function expectClosed(ends: readonly Outcome[]): Promise<void> {
  await expect
    .poll(() => ends.every(({ secured }) => secured?.connection.status !== 'open'), { interval: 2 })
    .toBe(true)
}

export function flip(side: Side, at: number): Tamper {
  return (bytes, from, offset) => {
    const index = at - offset
    if (from === side && index >= 0 && index < bytes.length) bytes[index] = (bytes[index] ?? 0) ^ 1
    return bytes
  }
}
