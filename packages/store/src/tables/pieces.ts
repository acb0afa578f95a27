import { bytesEqual, toHex } from '@montana/foundation'
import { StoreError } from '../errors.js'
import type { TableName } from './names.js'
import { fromTree, HIGHEST_KEY, LOWEST_KEY, successor, toTree } from './tree-key.js'

/** An interval of tree keys, both ends inclusive. */
export interface PieceBounds {
  readonly lo: Uint8Array
  readonly hi: Uint8Array
}

export function toBounds({ lo, hi }: PieceBounds): PieceBounds {
  return { lo: toTree(lo), hi: toTree(hi) }
}

/** Throws StoreError `STAGING_INCOMPLETE` naming the first gap between `pieces`, which are in tree order. */
export function checkTiling(table: TableName, pieces: readonly PieceBounds[]): void {
  let next: Uint8Array | undefined = LOWEST_KEY
  for (const { lo, hi } of pieces) {
    if (next === undefined || !bytesEqual(lo, next)) throw incomplete(table, next ?? HIGHEST_KEY)
    next = successor(hi)
  }
  if (next !== undefined) throw incomplete(table, next)
}

function incomplete(table: TableName, from: Uint8Array): StoreError {
  return new StoreError('STAGING_INCOMPLETE', `the staged ${table} table has a gap at key ${toHex(fromTree(from))}`, {
    remedy: 'fetch the missing interval',
    metadata: { table },
  })
}
