import type { Row } from '../bench.js'
import type { Bound } from './bound.js'
import { cores } from './verification.js'

type Pick = (row: Row) => boolean

const LIBRARIES = ['hash-wasm', 'crypto.hash', '@noble/hashes']

/** Every promise about the clock as one number; a ratio whose parts were not measured is left out. */
export function clockRatios(rows: readonly Row[], threads: number, bound: Bound | null): Record<string, number> {
  const best = (pick: Pick) => Math.max(0, ...rows.filter(pick).map((row) => row.stepsPerSecond))
  const chain = best(({ name }) => name === 'native chain')
  const openssl = best(({ name }) => name.startsWith('OpenSSL'))
  const verify = (count: number, lanes: string) => best(({ name }) => name === `verify, ${lanes}, ${cores(count)}`)
  const pairs: [string, number, number][] = [
    ['chainToOpenssl', chain, openssl],
    ['boundToOpenssl', bound?.stepsPerSecond ?? 0, openssl],
    ['chainToBound', chain, bound?.stepsPerSecond ?? 0],
    ['chainToFastestJavascript', chain, best(({ name }) => LIBRARIES.includes(name))],
    ['chainToReference', chain, best(({ name }) => name.startsWith('our TypeScript'))],
    ['verifyTwoLanesToChain', verify(1, '2 lanes'), chain],
    ['verifyFourLanesToChain', verify(1, '4 lanes'), chain],
    ['verifyOneCoreToChain', verify(1, 'measured choice'), chain],
    ['verifyTwoCoresToChain', verify(2, 'measured choice'), chain],
    ['verifyAllCoresToChain', threads > 1 ? verify(threads, 'measured choice') : 0, chain],
  ]
  const measured = pairs.filter(([, above, below]) => above > 0 && below > 0)
  return Object.fromEntries(measured.map(([name, above, below]) => [name, above / below]))
}
