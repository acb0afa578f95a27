import { expect } from 'vitest'
import type { Side } from './flip.js'
import { type Party, shake, tamperedPair } from './harness.js'

/** What an end inside a handshake may be called. */
const ENDS = ['HS_SIZE', 'HS_OUTER', 'FRAME_TRUNCATED', 'STREAM_RESET', 'HS_TIMEOUT']

/**
 * Nothing of one side's bytes after the first `length` arrives, and the connection then ends: whoever reads refuses. An
 * initiator is done with its last message; it learns of the end from the connection.
 */
export async function expectCutRefused(alice: Party, bob: Party, side: Side, length: number): Promise<void> {
  let isOver = false
  const pair = tamperedPair((bytes, from, offset) => {
    if (from !== side) return bytes
    const kept = bytes.subarray(0, Math.max(0, length - offset))
    if (kept.length < bytes.length && !isOver) {
      isOver = true
      setTimeout(() => void pair[side === 'initiator' ? 0 : 1].close().catch(() => {}), 1)
    }
    return kept.length === 0 ? undefined : kept
  })
  const [a, b] = await shake(alice, bob, pair)
  if (!isOver) return
  const reader = side === 'initiator' ? b : a
  expect(ENDS, `${side}, ${length} bytes: ${reader.code}`).toContain(reader.code)
  await expect
    .poll(() => [a, b].every(({ secured }) => secured?.connection.status !== 'open'), { interval: 2 })
    .toBe(true)
}
