import { deriveMasterSeed } from '@montana/crypto'
import { toHex } from '@montana/foundation'

const known = new Map<string, Promise<Uint8Array>>()

/** The master seed of an entropy, derived once per run: it takes half a second and several areas ask for the same. */
export function masterSeedOf(entropy: Uint8Array): Promise<Uint8Array> {
  const key = toHex(entropy)
  const found = known.get(key) ?? deriveMasterSeed(entropy)
  known.set(key, found)
  return found
}
