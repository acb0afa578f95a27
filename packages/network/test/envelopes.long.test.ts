import { errorCode, seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { decodeEnvelope, encodeEnvelope } from '../src/index.js'

const CODES = new Set(['ENV_HEADER', 'ENV_TYPE', 'ENV_VERSION', 'ENV_LENGTH'])

it('a million mutated envelopes end with a code or are exactly what they say', () => {
  const random = seededRandom(20)
  const pick = (bound: number) => Math.floor(random.next() * bound)
  const seen = new Set<string>()
  const envelope = encodeEnvelope({ type: 0x22, requestId: 7n, payload: new Uint8Array(40).fill(1) })
  for (let run = 0; run < 1_000_000; run++) {
    const changed = envelope.slice(0, pick(4) === 0 ? pick(envelope.length) : envelope.length)
    for (let flips = pick(4); flips >= 0 && changed.length > 0; flips--)
      flip(changed, pick(changed.length), 1 + pick(255))
    try {
      const decoded = decodeEnvelope(changed)
      if (Buffer.compare(encodeEnvelope(decoded), changed) !== 0) throw new Error(`not canonical: ${run}`)
    } catch (error) {
      if (!CODES.has(errorCode(error))) throw error
      seen.add(errorCode(error))
    }
  }
  expect(seen).toEqual(CODES)
}, 600_000)

function flip(bytes: Uint8Array, index: number, mask: number): void {
  bytes[index] = (bytes[index] ?? 0) ^ mask
}
