const KEY_BYTES = 32

/** The keys of records that stand one after the other: each is its first 32 bytes. Views of the same memory. */
export function keysOf(records: Uint8Array, recordBytes: number): Uint8Array[] {
  return Array.from({ length: records.length / recordBytes }, (_, i) =>
    records.subarray(i * recordBytes, i * recordBytes + KEY_BYTES),
  )
}
