import { bytesEqual, concatBytes, errorCode, seededRandom } from '@montana/foundation'
import {
  FrameDecoder,
  FrameOpener,
  type FrameReader,
  FrameSealer,
  type FrameWriter,
  RatchetOpener,
  RatchetSealer,
} from '../src/index.js'
import { countOne } from './memory.js'
import { mutant } from './mutate.js'

const key = () => new Uint8Array(32).fill(7)
const time = { monotonicMs: () => 0 }

interface Ends {
  readonly sealer: () => FrameWriter
  readonly opener: () => FrameReader
}

export const FRAME_PROFILES: Readonly<Record<'pq' | 'hybrid', Ends>> = {
  pq: { sealer: () => new FrameSealer(key()), opener: () => new FrameOpener(key()) },
  hybrid: {
    sealer: () => new RatchetSealer({ chainSecret: key(), time }),
    opener: () => new RatchetOpener({ chainSecret: key(), time }),
  },
}

const PLAINTEXTS = [48, 5, 200].map((length, index) => new Uint8Array(length).fill(index + 1))
const CODES = new Set(['FRAME_AUTH', 'FRAME_SIZE', 'FRAME_TRUNCATED'])

export interface FrameMutants {
  /** Frames in front of the change: they are still what was sealed. */
  stillValid: number
  /** How the sessions ended: a code, or `clean` where a whole frame was cut off. */
  readonly ends: Map<string, number>
}

/** Sessions of three frames with one change each. Throws at the first frame that opens to anything but what was sealed. */
export function frameMutants(count: number, seed: number, { sealer: makeSealer, opener }: Ends): FrameMutants {
  const random = seededRandom(seed)
  const sealer = makeSealer()
  const wire = concatBytes(...PLAINTEXTS.map((plaintext) => sealer.seal([plaintext], plaintext.length)))
  const result: FrameMutants = { stillValid: 0, ends: new Map() }
  for (let run = 0; run < count; run++) countOne(result.ends, session(mutant(wire, random), opener(), result))
  return result
}

function session(wire: Uint8Array, opener: FrameReader, result: FrameMutants): string {
  const decoder = new FrameDecoder()
  let frames = 0
  try {
    for (const body of decoder.push(wire)) {
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
