import { hash } from 'node:crypto'
import type { HashBackend } from '@montana/native'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { createSHA256 } from 'hash-wasm'
import type { BenchNative } from '../bench-native.js'
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

/** The strongest competitor: OpenSSL's own compression, without JavaScript in between. */
export function opensslLoop(native: BenchNative, symbol: string): Contender {
  const loop = native.OpensslLoop.open(symbol)
  return timed(`OpenSSL ${symbol} loop`, NATIVE_STEPS, () => loop.run(SEED, NATIVE_STEPS))
}

export async function javascript(): Promise<Contender[]> {
  const wasm = await createSHA256()
  return [
    stepwise('hash-wasm', (value) => wasm.init().update(value).digest('binary')),
    stepwise('crypto.hash', (value) => hash('sha256', value, 'buffer')),
    stepwise('@noble/hashes', nobleSha256),
  ]
}

function stepwise(name: string, step: (value: Uint8Array) => Uint8Array): Contender {
  return timed(name, JAVASCRIPT_STEPS, () => {
    let value: Uint8Array = SEED
    for (let i = 0; i < JAVASCRIPT_STEPS; i++) value = step(value)
  })
}

function timed(name: string, steps: number, work: () => unknown): Contender {
  const run = () => {
    const begin = performance.now()
    work()
    return Promise.resolve(performance.now() - begin)
  }
  return { name, steps, run }
}
