import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { openStore, type StagedPiece, type Store, type StubRow, type TableName } from '../../src/index.js'
import { fill, temporaryDirectory } from '../helpers.js'

export const LOWEST = new Uint8Array(32)
export const HIGHEST = new Uint8Array(32).fill(0xff)

/** A key by its place in tree order: the number is the most significant two bytes, which are the last two. */
export function keyOf(place: number, rest = 0): Uint8Array {
  const key = new Uint8Array(32).fill(rest, 0, 30)
  key[31] = place >> 8
  key[30] = place & 0xff
  return key
}

export const placeOf = (key: Uint8Array) => ((key[31] ?? 0) << 8) | (key[30] ?? 0)

export const leafHash = (record: Uint8Array) =>
  new Uint8Array(createHash('sha256').update('mt-merkle-leaf\0').update(record).digest())

export function newStore(windows = 0): Store {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  fill(store, windows)
  return store
}

/** A piece with the records `values` under keys `places`, ascending. */
export function pieceOf(
  table: TableName,
  lo: Uint8Array,
  hi: Uint8Array,
  records: [number, Uint8Array][],
): StagedPiece {
  const bytes = (parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
  return {
    table,
    lo,
    hi,
    keys: bytes(records.map(([place]) => keyOf(place))),
    records: bytes(records.map(([, record]) => record)),
    leaves: bytes(records.map(([, record]) => leafHash(record))),
  }
}

export const emptyPiece = (table: TableName) => pieceOf(table, LOWEST, HIGHEST, [])

export const wholeStub = (count: number, hash: Uint8Array | null = null): StubRow => {
  return { lo: LOWEST, depth: 0, count, key: LOWEST, height: 0, hash }
}
