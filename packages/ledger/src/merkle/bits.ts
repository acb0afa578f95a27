/** Bit `i` of a key, least significant first inside each byte: spec protocol 5.2. */
export function bitOf(key: Uint8Array, i: number): 0 | 1 {
  return (((key[i >> 3] ?? 0) >> (i & 7)) & 1) as 0 | 1
}

/** The highest bit in which two 32-byte keys differ, −1 when they are equal. The tree splits from bit 255 down. */
export function highestDifference(a: Uint8Array, b: Uint8Array): number {
  for (let at = 31; at >= 0; at--) {
    const difference = (a[at] ?? 0) ^ (b[at] ?? 0)
    if (difference !== 0) return at * 8 + (31 - Math.clz32(difference))
  }
  return -1
}
