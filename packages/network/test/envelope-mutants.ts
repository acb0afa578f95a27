import { bytesEqual, errorCode, seededRandom } from '@montana/foundation'
import { LIMITS } from '@montana/transport'
import { countOne } from '../../transport/test/memory.js'
import { mutant } from '../../transport/test/mutate.js'
import { decodeEnvelope, encodeEnvelope } from '../src/index.js'

export const ENVELOPE_CODES = ['ENV_HEADER', 'ENV_TYPE', 'ENV_VERSION', 'ENV_LENGTH']
const CODES = new Set(ENVELOPE_CODES)

/** Mutants of the smallest envelope of every type. What decodes must be, byte for byte, what it says. */
export function envelopeMutants(count: number, seed: number): Map<string, number> {
  const random = seededRandom(seed)
  const envelopes = [...LIMITS.base].map(([type, { minBytes }]) =>
    encodeEnvelope({ type, requestId: 7n, payload: new Uint8Array(minBytes).fill(1) }),
  )
  const ends = new Map<string, number>()
  for (let run = 0; run < count; run++) {
    const envelope = envelopes[run % envelopes.length]
    if (envelope !== undefined) countOne(ends, endOf(mutant(envelope, random)))
  }
  return ends
}

function endOf(changed: Uint8Array): string {
  try {
    if (!bytesEqual(encodeEnvelope(decodeEnvelope(changed)), changed)) throw new Error('an envelope is not canonical')
    return 'still valid'
  } catch (error) {
    if (!CODES.has(errorCode(error))) throw error
    return errorCode(error)
  }
}
