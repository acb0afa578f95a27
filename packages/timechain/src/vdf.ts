import type { HashBackend } from '@montana/native'
import { isValidD } from './difficulty.js'
import { TimechainError } from './errors.js'

/** `x` (32 bytes) hashed `d` times: spec protocol 3.1. Rejects with TIMECHAIN_BAD_D outside the band, with AbortError on abort. */
export async function vdfStep(
  backend: HashBackend,
  x: Uint8Array,
  d: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!isValidD(d)) throw new TimechainError('TIMECHAIN_BAD_D', `d is ${d}, not in 1…2^32−1`)
  const run = backend.startClock({ seed: x, steps: d, ...(signal && { signal }) })
  return (await run.result).value
}

/** Whether `d` steps lead from `previous` to `claim`; false outside the band and for a claim that is not 32 bytes. */
export async function vdfVerify(
  backend: HashBackend,
  previous: Uint8Array,
  d: number,
  claim: Uint8Array,
  signal?: AbortSignal,
): Promise<boolean> {
  if (!isValidD(d) || claim.length !== previous.length) return false
  const segment = { starts: previous, ends: claim, steps: [d], ...(signal && { signal }) }
  const [isRight = false] = await backend.verifySegments(segment)
  return isRight
}
