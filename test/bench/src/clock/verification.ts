import type { HashBackend, Lanes } from '@montana/native'
import type { Contender } from '../measure.js'

/** As a TimechainProof has by default: spec protocol 13.1. */
const SEGMENTS = 64
const STEPS_PER_SEGMENT = 50_000
const HASH_BYTES = 32

export interface Proof {
  starts: Uint8Array
  ends: Uint8Array
  steps: number[]
}

/** A real proof of a real window. */
export async function makeProof(backend: HashBackend): Promise<Proof> {
  const seed = new Uint8Array(HASH_BYTES).fill(1)
  const steps = SEGMENTS * STEPS_PER_SEGMENT
  const { value, checkpoints } = await backend.startClock({ seed, steps, checkpoints: SEGMENTS }).result
  return {
    starts: Uint8Array.from([...seed, ...checkpoints]),
    ends: Uint8Array.from([...checkpoints, ...value]),
    steps: new Array<number>(SEGMENTS).fill(STEPS_PER_SEGMENT),
  }
}

/** `lanes` undefined is what the product does: the measured choice. */
export function verification(backend: HashBackend, proof: Proof, threads: number, lanes?: Lanes): Contender {
  const name = `verify, ${lanes ? `${lanes} ${lanes === 1 ? 'lane' : 'lanes'}` : 'measured choice'}, ${cores(threads)}`
  const run = async () => {
    const begin = performance.now()
    const verdicts = await backend.verifySegments({ ...proof, threads, ...(lanes && { lanes }) })
    if (!verdicts.every((isRight) => isRight)) throw new Error('a right segment was refused')
    return performance.now() - begin
  }
  return { name, steps: SEGMENTS * STEPS_PER_SEGMENT, run }
}

export function cores(threads: number): string {
  return threads === 1 ? '1 core' : `${threads} cores`
}
