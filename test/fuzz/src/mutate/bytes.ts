import type { Dice } from './random.js'

/** What the mutators draw on beside the input: other inputs of the corpus, words, and what the code compared. */
export interface Material {
  readonly others: readonly Uint8Array[]
  readonly words: readonly Uint8Array[]
  /** Replacements that the code asked for: it compared `from` and wanted `to`. */
  readonly wishes: readonly Wish[]
  readonly maxBytes: number
}

export interface Wish {
  readonly from: Uint8Array
  readonly to: Uint8Array
  /** Set where the length of the input itself was compared: the length that was wanted. */
  readonly length?: number
}

type Mutator = (input: Buffer, dice: Dice, material: Material) => Buffer

/** Where fields end and counters turn over. */
const BOUNDARIES = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 0xffffn, 0x10000n, 0x7fffffffn]
const WIDE = [0x80000000n, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn, 0x20000000000000n, 0xffffffffffffffffn]
const WIDTHS = [1, 2, 4, 8]

const flipBit: Mutator = (input, dice) => {
  const at = dice.below(input.length)
  input[at] = (input[at] as number) ^ (1 << dice.below(8))
  return input
}

const setByte: Mutator = (input, dice) => {
  input[dice.below(input.length)] = dice.below(256)
  return input
}

const addToInteger: Mutator = (input, dice) => {
  const by = BigInt(1 + dice.below(32)) * (dice.oneIn(2) ? 1n : -1n)
  return changeInteger(input, dice, (value) => value + by)
}

const setBoundary: Mutator = (input, dice) => {
  const value = dice.pick([...BOUNDARIES, ...WIDE]) ?? 0n
  return changeInteger(input, dice, () => value)
}

/** A field that says how much follows, found by its value; it lies from now on. */
const lieAboutLength: Mutator = (input, dice) => {
  const fields = lengthFields(input)
  const field = dice.pick(fields)
  if (!field) return setBoundary(input, dice, NOTHING)
  const lies = [field.value + 1n, field.value - 1n, 0n, field.value * 2n, (1n << BigInt(8 * field.width)) - 1n]
  writeInteger(input, field, dice.pick(lies) ?? 0n)
  return input
}

const cut: Mutator = (input, dice) => {
  const length = dice.length(input.length - 1)
  const at = dice.below(input.length - length + 1)
  return Buffer.concat([input.subarray(0, at), input.subarray(at + length)])
}

const truncate: Mutator = (input, dice) => input.subarray(0, dice.below(input.length))

const insertRandom: Mutator = (input, dice) => {
  const bytes = Buffer.from(Array.from({ length: dice.length(32) }, () => dice.below(256)))
  return inserted(input, dice.below(input.length + 1), bytes)
}

const repeatBlock: Mutator = (input, dice) => {
  const length = dice.length(input.length)
  const from = dice.below(input.length - length + 1)
  const block = input.subarray(from, from + length)
  const times = dice.oneIn(8) ? 1 + dice.below(64) : 1
  return inserted(input, dice.oneIn(2) ? from : dice.below(input.length + 1), Buffer.concat(Array(times).fill(block)))
}

const moveBlock: Mutator = (input, dice) => {
  const length = dice.length(input.length)
  const [from, to] = [dice.below(input.length - length + 1), dice.below(input.length - length + 1)]
  input.copyWithin(to, from, from + length)
  return input
}

const splice: Mutator = (input, dice, { others }) => {
  const other = dice.pick(others)
  if (!other || other.length === 0) return setByte(input, dice, NOTHING)
  const at = dice.below(Math.min(input.length, other.length))
  return dice.oneIn(2)
    ? Buffer.concat([input.subarray(0, at), other.subarray(at)])
    : inserted(input, dice.below(input.length + 1), other.subarray(at, at + dice.length(other.length - at)))
}

const useWord: Mutator = (input, dice, { words }) => {
  const word = dice.pick(words)
  if (!word) return setByte(input, dice, NOTHING)
  const at = dice.below(input.length + 1)
  return dice.oneIn(2) ? inserted(input, at, word) : overwritten(input, at, word)
}

/** Puts what the code wanted where what it found stands. */
const grantWish: Mutator = (input, dice, { wishes }) => {
  const wish = dice.pick(wishes)
  if (!wish) return setByte(input, dice, NOTHING)
  if (wish.length !== undefined) return resized(input, wish.length)
  const places = placesOf(input, wish.from)
  const at = dice.pick(places)
  if (at === undefined) return overwritten(input, dice.below(input.length), wish.to)
  return Buffer.concat([input.subarray(0, at), wish.to, input.subarray(at + wish.from.length)])
}

const NOTHING: Material = { others: [], words: [], wishes: [], maxBytes: 0 }
const SMALL: readonly Mutator[] = [flipBit, setByte, addToInteger, setBoundary, lieAboutLength]
const LARGE: readonly Mutator[] = [cut, truncate, insertRandom, repeatBlock, moveBlock, splice, useWord]

/** One to eight changes on top of each other; `input` itself stays as it is. */
export function mutateBytes(input: Uint8Array, dice: Dice, material: Material): Uint8Array {
  let changed: Buffer = Buffer.from(input)
  for (let left = 1 + (dice.oneIn(2) ? 0 : dice.below(8)); left > 0; left--) {
    if (changed.length === 0) changed = Buffer.from([dice.below(256)])
    changed = mutator(dice, material)(changed, dice, material)
  }
  return changed.subarray(0, material.maxBytes)
}

function mutator(dice: Dice, { wishes }: Material): Mutator {
  if (wishes.length > 0 && dice.oneIn(4)) return grantWish
  return dice.pick(dice.oneIn(3) ? LARGE : SMALL) as Mutator
}

function inserted(input: Uint8Array, at: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at)])
}

function overwritten(input: Uint8Array, at: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at + bytes.length)])
}

function resized(input: Buffer, length: number): Buffer {
  if (length <= input.length) return input.subarray(0, length)
  return Buffer.concat([input, Buffer.alloc(length - input.length, input.at(-1) ?? 0)])
}

/** Beyond that a search for a value costs more than the trial is worth. */
const MAX_PLACES = 16

function placesOf(input: Buffer, bytes: Uint8Array): number[] {
  const places: number[] = []
  if (bytes.length === 0) return places
  for (let at = input.indexOf(bytes); at !== -1 && places.length < MAX_PLACES; at = input.indexOf(bytes, at + 1)) {
    places.push(at)
  }
  return places
}

interface Field {
  readonly at: number
  readonly width: number
  readonly isLittle: boolean
  readonly value: bigint
}

function changeInteger(input: Buffer, dice: Dice, change: (value: bigint) => bigint): Buffer {
  const width = dice.pick(WIDTHS.filter((wide) => wide <= input.length)) ?? 1
  const at = dice.below(input.length - width + 1)
  const isLittle = !dice.oneIn(3)
  const value = readInteger(input, at, width, isLittle)
  writeInteger(input, { at, width, isLittle, value }, change(value))
  return input
}

/** A long input is looked at near its beginning, where the headers are. Bytes. */
const HEADER_BYTES = 512

/** Integers of two or four bytes whose value is exactly what follows them. */
function lengthFields(input: Buffer): Field[] {
  const fields: Field[] = []
  for (let at = 0; at + 2 <= Math.min(input.length, HEADER_BYTES); at++) {
    for (const width of [2, 4]) {
      if (at + width > input.length) continue
      for (const isLittle of [true, false]) {
        const value = readInteger(input, at, width, isLittle)
        if (value > 0n && value <= BigInt(input.length - at - width)) fields.push({ at, width, isLittle, value })
      }
    }
  }
  return fields
}

function readInteger(input: Buffer, at: number, width: number, isLittle: boolean): bigint {
  if (width === 8) return isLittle ? input.readBigUInt64LE(at) : input.readBigUInt64BE(at)
  return BigInt(isLittle ? input.readUIntLE(at, width) : input.readUIntBE(at, width))
}

function writeInteger(input: Buffer, { at, width, isLittle }: Field, value: bigint): void {
  const wrapped = BigInt.asUintN(8 * width, value)
  if (width === 8) isLittle ? input.writeBigUInt64LE(wrapped, at) : input.writeBigUInt64BE(wrapped, at)
  else isLittle ? input.writeUIntLE(Number(wrapped), at, width) : input.writeUIntBE(Number(wrapped), at, width)
}
