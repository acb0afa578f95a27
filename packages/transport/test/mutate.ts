import type { RandomSource } from '@montana/foundation'

type Pick = (bound: number) => number
type Change = (bytes: Uint8Array, pick: Pick) => Uint8Array

const MAX_FLIPS = 4
const MAX_GROWTH_BYTES = 64
const EXTREMES = [0, 0x7f, 0x80, 0xff]

const flip: Change = (bytes, pick) => {
  const changed = bytes.slice()
  for (let flips = pick(MAX_FLIPS); flips >= 0; flips--) {
    const index = pick(changed.length)
    changed[index] = (changed[index] ?? 0) ^ (1 + pick(255))
  }
  return changed
}
const cut: Change = (bytes, pick) => bytes.slice(0, pick(bytes.length))
const grow: Change = (bytes, pick) => {
  const changed = new Uint8Array(bytes.length + 1 + pick(MAX_GROWTH_BYTES)).fill(pick(256))
  changed.set(bytes)
  return changed
}
/** A run of bytes set to a value that lengths and counts are sensitive to. */
const overwrite: Change = (bytes, pick) => {
  const start = pick(bytes.length)
  return bytes.slice().fill(EXTREMES[pick(EXTREMES.length)] ?? 0, start, start + 1 + pick(8))
}
/** A part of the message in another place of it. */
const move: Change = (bytes, pick) => {
  const changed = bytes.slice()
  const from = pick(bytes.length)
  changed.copyWithin(pick(bytes.length), from, from + 1 + pick(MAX_GROWTH_BYTES))
  return changed
}

const CHANGES = [flip, cut, grow, overwrite, move]

/** Bytes that differ from `bytes`, which has at least one. */
export function mutant(bytes: Uint8Array, random: RandomSource): Uint8Array {
  const pick: Pick = (bound) => Math.floor(random.next() * bound)
  for (;;) {
    const changed = (CHANGES[pick(CHANGES.length)] ?? flip)(bytes, pick)
    if (Buffer.compare(changed, bytes) !== 0) return changed
  }
}
