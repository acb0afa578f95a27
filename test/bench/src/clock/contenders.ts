import type { HashPeer } from '@montana/bench-peers'
import type { HashBackend } from '@montana/native'
import type { Contender } from '../measure.js'

const SEED = new Uint8Array(32).fill(0xab)

/**
 * About 50 ms each: native code makes some 25 million steps a second, JavaScript one million. Short turns, so that a
 * disturbance of the machine hits few of them and the median stands.
 */
const NATIVE_STEPS = 1_000_000
const JAVASCRIPT_STEPS = 50_000

/** The product's clock, on its own thread; the thread measures itself. */
export function chainOf(backend: HashBackend, name: string): Contender {
  const steps = backend.name === 'typescript' ? JAVASCRIPT_STEPS * 4 : NATIVE_STEPS
  const run = async () => (await backend.startClock({ seed: SEED, steps }).result).elapsedMs
  return { name, steps, run }
}

export function contenderOf({ name, kind, chain }: HashPeer): Contender {
  const steps = kind === 'openssl' ? NATIVE_STEPS : JAVASCRIPT_STEPS
  const run = () => {
    const begin = performance.now()
    chain(SEED, steps)
    return Promise.resolve(performance.now() - begin)
  }
  return { name, steps, run }
}
