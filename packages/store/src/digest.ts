import { hash } from 'node:crypto'
import { bytesEqual } from '@montana/foundation'
import { storeFault } from './errors.js'

export interface DigestedRow {
  readonly bytes: Uint8Array
  readonly digest: Uint8Array
}

export function digestOf(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** The bytes of a row whose digest still fits them. Throws StoreError `STORE_CORRUPT` naming `what`. */
export function checked(row: DigestedRow, path: string, what: string): Uint8Array {
  if (bytesEqual(digestOf(row.bytes), row.digest)) return row.bytes
  throw storeFault('STORE_CORRUPT', path, new Error(`${what} does not match its digest`))
}
