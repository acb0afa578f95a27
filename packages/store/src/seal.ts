import { createHash } from 'node:crypto'
import { bytesEqual } from '@montana/foundation'
import { storeFault } from './errors.js'

export type SealedValue = Uint8Array | string | number | bigint | null

/** SHA-256 over values with their types and lengths, so that no two rows have the same; 32 bytes. */
export function sealOf(values: readonly SealedValue[]): Uint8Array {
  const hash = createHash('sha256')
  for (const value of values) {
    const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value))
    hash.update(`${value === null ? 'null' : typeof value} ${bytes.length}\0`).update(bytes)
  }
  return hash.digest()
}

/**
 * Refuses a row whose values are not those that were sealed with it. A store of an older schema, which only readers see,
 * has no seals: there `seal` is `undefined`. Throws StoreError `STORE_CORRUPT` naming `what`.
 */
export function checkSeal(
  seal: Uint8Array | undefined,
  values: readonly SealedValue[],
  { path, what }: { readonly path: string; readonly what: string },
): void {
  if (seal === undefined) return
  const isSound = seal instanceof Uint8Array && bytesEqual(sealOf(values), seal)
  if (!isSound) throw storeFault('STORE_CORRUPT', path, new Error(`${what} does not match its seal`))
}
