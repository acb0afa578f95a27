import type { Comparable, Pair } from '../instrument/coverage.js'
import type { Wish } from '../mutate/bytes.js'

/** What would make each comparison of a run come out equal, in either direction. */
export function wishesOf(pairs: readonly Pair[], inputLength: number): Wish[] {
  return pairs.flatMap(([left, right]) => [...wishes(left, right, inputLength), ...wishes(right, left, inputLength)])
}

function wishes(from: Comparable, to: Comparable, inputLength: number): Wish[] {
  if (typeof from === 'string') return [{ from: Buffer.from(from), to: Buffer.from(String(to)) }]
  const forms = [decimal(from, to), ...WIDTHS.flatMap((width) => integers(from, to, width))]
  const length = from === inputLength && typeof to === 'number' && isLength(to) ? [{ ...NONE, length: to }] : []
  return [...forms.filter((wish) => wish !== undefined), ...length]
}

const NONE = { from: new Uint8Array(), to: new Uint8Array() }
const WIDTHS = [1, 2, 4, 8]
/** No input is resized beyond that. Bytes. */
const MAX_LENGTH = 64 * 1024
const isLength = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_LENGTH

function decimal(from: Comparable, to: Comparable): Wish {
  return { from: Buffer.from(String(from)), to: Buffer.from(String(to)) }
}

function integers(from: Comparable, to: Comparable, width: number): Wish[] {
  const [left, right] = [fitting(from, width), fitting(to, width)]
  if (left === undefined || right === undefined) return []
  // A zero of one byte is everywhere.
  if (left === 0n && width < 4) return []
  const little = { from: encoded(left, width), to: encoded(right, width) }
  if (width === 1) return [little]
  return [little, { from: little.from.toReversed(), to: little.to.toReversed() }]
}

function fitting(value: Comparable, width: number): bigint | undefined {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined
  const wide = BigInt(value)
  return wide >= 0n && wide < 1n << BigInt(8 * width) ? wide : undefined
}

function encoded(value: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn))
}
