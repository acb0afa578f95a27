import { errorCode, seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { FrameDecoder, FrameOpener, FrameSealer } from '../src/index.js'

const key = new Uint8Array(32).fill(7)
const CODES = new Set(['FRAME_AUTH', 'FRAME_SIZE', 'FRAME_TRUNCATED'])

it('a million mutated frames deliver nothing and end with a code', () => {
  const random = seededRandom(20)
  const frame = new FrameSealer(key).seal([new Uint8Array(48).fill(1)], 48)
  const pick = (bound: number) => Math.floor(random.next() * bound)
  let delivered = 0
  for (let run = 0; run < 1_000_000; run++) {
    const changed = frame.slice(0, pick(8) === 0 ? pick(frame.length) : frame.length)
    const index = pick(changed.length)
    if (changed.length === frame.length) changed[index] = (changed[index] ?? 0) ^ (1 + pick(255))
    try {
      const decoder = new FrameDecoder()
      for (const body of decoder.push(changed)) delivered += new FrameOpener(key).open(body).length
      decoder.end()
    } catch (error) {
      if (!CODES.has(errorCode(error))) throw error
    }
  }
  expect(delivered).toBe(0)
}, 600_000)
