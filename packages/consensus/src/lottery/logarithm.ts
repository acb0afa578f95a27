const B0 = 0x0014e086ec982d63n
const B1 = 0xb59ddde52a69d000n
const B2 = 0x49df5c3bfd9cec00n
const B3 = 0x14417e56d3331800n
/** ln 2 · 2^64. */
const LN2 = 0xb17217f7d1cf79abn
const MASK64 = (1n << 64n) - 1n
const MAX_U128 = (1n << 128n) - 1n

/** −log2(e / 2^256) in Q64.64, u128; `e` is 32 bytes read big-endian, 0 gives 2^128 − 1: spec protocol 6.2. */
export function log2Q64(endpoint: Uint8Array): bigint {
  const e = BigInt(`0x${Buffer.from(endpoint).toString('hex')}`)
  if (e === 0n) return MAX_U128
  const msb = e.toString(2).length - 1
  const mantissa = msb >= 127 ? e >> BigInt(msb - 127) : e << BigInt(127 - msb)
  const x = ((mantissa - (1n << 127n)) >> 63n) & MASK64
  const result = (BigInt(256 - msb) << 64n) - 2n * fraction(x)
  return result < 0n ? 0n : result
}

/** A cubic in x by Horner's rule; every intermediate is a u64, every product a u128. */
function fraction(x: bigint): bigint {
  const t2 = (B2 - ((B3 * x) >> 64n)) & MASK64
  const t4 = (B1 - ((t2 * x) >> 64n)) & MASK64
  return (B0 + ((t4 * x) >> 64n)) & MASK64
}

/** −ln(e / 2^256) in Q64.64, u128: a smaller endpoint gives a larger value. */
export function lnQ64(endpoint: Uint8Array): bigint {
  const log2 = log2Q64(endpoint)
  if (log2 === MAX_U128) return log2
  const result = (log2 >> 64n) * LN2 + (((log2 & MASK64) * LN2) >> 64n)
  return result > MAX_U128 ? MAX_U128 : result
}
