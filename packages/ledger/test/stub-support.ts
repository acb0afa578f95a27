import { concatBytes, toHex } from '@montana/foundation'
import fc from 'fast-check'
import {
  compareTreeOrder,
  type Leaf,
  type LeafSource,
  nodeCryptoHasher,
  type RecordCodec,
  type Stub,
  stubsOfLeaves,
} from '../src/index.js'
import { randomKeys, repeat } from './helpers.js'

/** A record of a few bytes behind its key. */
export const rawCodec: RecordCodec<Uint8Array> = {
  size: undefined,
  keyOf: (record) => record.subarray(0, 32),
  encode: (record) => record,
  decode: (bytes) => bytes,
}

export const rawRecord = (key: Uint8Array, value: number) => concatBytes(key, Uint8Array.of(value))

/** Keys that often share long prefixes on either end. */
export const clusteredKey = fc
  .tuple(fc.constantFrom(0, 1, 2, 128, 255), fc.constantFrom(0, 1, 128, 255), fc.constantFrom(0, 1, 2, 64, 128, 255))
  .map(([low, middle, high]) => concatBytes(Uint8Array.of(low), repeat(middle, 30), Uint8Array.of(high)))

export const clusteredKeys = (maxLength: number) => fc.uniqueArray(clusteredKey, { maxLength, selector: toHex })

/** What a store is to a table: records by key, and their leaf hashes in tree order. It counts what is read. */
export class MapSource implements LeafSource {
  readonly rows = new Map<string, Uint8Array>()
  reads: string[] = []

  constructor(records: Iterable<Uint8Array> = []) {
    for (const record of records) this.put(record.subarray(0, 32), record)
  }

  put(key: Uint8Array, record: Uint8Array | undefined): void {
    if (record === undefined) this.rows.delete(toHex(key))
    else this.rows.set(toHex(key), record)
  }

  *leaves(lo: Uint8Array, hi: Uint8Array): Generator<Leaf> {
    this.reads.push(`leaves ${toHex(lo)}`)
    yield* this.all().filter(({ key }) => compareTreeOrder(lo, key) <= 0 && compareTreeOrder(key, hi) <= 0)
  }

  record(key: Uint8Array): Uint8Array | undefined {
    this.reads.push(`record ${toHex(key)}`)
    return this.rows.get(toHex(key))
  }

  all(): Leaf[] {
    const leaves = [...this.rows.values()].map((record) => ({
      key: record.subarray(0, 32),
      hash: nodeCryptoHasher.leaf(record),
    }))
    return leaves.sort((a, b) => compareTreeOrder(a.key, b.key))
  }

  stubs(maxLeaves: number): Stub[] {
    return stubsOfLeaves(0, new Uint8Array(32), this.all(), maxLeaves)
  }
}

export function randomRecords(count: number, seed = 1): Uint8Array[] {
  return randomKeys(count, seed).map((key, i) => rawRecord(key, i & 255))
}
