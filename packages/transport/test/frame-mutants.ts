import { bytesEqual, concatBytes, errorCode, type RandomSource, seededRandom } from '@montana/foundation'
import { FrameDecoder, FrameOpener, FrameSealer } from '../src/index.js'
import { countOne } from './memory.js'
import { mutant } from './mutate.js'

const KEY = new Uint8Array(32).fill(7)
const PLAINTEXTS = [48, 5, 200].map((length, index) => new Uint8Array(length).fill(index + 1))
const CODES = new Set(['FRAME_AUTH', 'FRAME_SIZE', 'FRAME_TRUNCATED'])

export interface FrameMutants {
  /** Frames in front of the change: they are still what was sealed. */
  stillValid: number
  /** How the sessions ended: a code, or `clean` where a whole frame was cut off. */
  readonly ends: Map<string, number>
}

/** Sessions of three frames with one change each. Throws at the first frame that opens to anything but what was sealed. */
export function frameMutants(count: number, seed: number): FrameMutants {
  const random = seededRandom(seed)
  const sealer = new FrameSealer(KEY)
  const wire = concatBytes(...PLAINTEXTS.map((plaintext) => sealer.seal([plaintext], plaintext.length)))
  const result: FrameMutants = { stillValid: 0, ends: new Map() }
  for (let run = 0; run < count; run++) countOne(result.ends, session(wire, random, result))
  return result
}

function session(wire: Uint8Array, random: RandomSource, result: FrameMutants): string {
  const [decoder, opener] = [new FrameDecoder(), new FrameOpener(KEY)]
  let frames = 0
  try {
    for (const body of decoder.push(mutant(wire, random))) {
      const expected = PLAINTEXTS[frames++]
      if (expected === undefined || !bytesEqual(opener.open(body), expected)) throw new Error('a forged frame opened')
      result.stillValid += 1
    }
    decoder.end()
    return 'clean'
  } catch (error) {
    if (!CODES.has(errorCode(error))) throw error
    return errorCode(error)
  }
}
