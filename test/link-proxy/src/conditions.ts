/** What one direction of a link does to what passes. All of it may change at any time. */
export interface Conditions {
  /** From leaving the line to arriving at the other end, ms. */
  readonly delayMs: number
  /** Up to so many ms more, drawn anew for every piece; pieces never overtake each other. */
  readonly jitterMs: number
  /** Of all connections together; Infinity is no bound. */
  readonly bytesPerSecond: number
  /** Nothing passes, not even the end of a connection, and nobody is told. What waits passes when the stall ends. */
  readonly isStalled: boolean
  /** Share of the bytes that are changed, 0…1. */
  readonly corruptionRate: number
  /** Offsets, from the first byte of each connection, whose byte is changed as well. */
  readonly corruptAt: readonly number[]
}

export const CLEAR: Conditions = {
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  isStalled: false,
  corruptionRate: 0,
  corruptAt: [],
}

const isAmount = (value: number) => Number.isFinite(value) && value >= 0

/** What is wrong with conditions and what to use instead; `undefined` when a link can have them. */
export function problemWith(conditions: Partial<Conditions>): string | undefined {
  const { delayMs, jitterMs, bytesPerSecond, corruptionRate, corruptAt } = { ...CLEAR, ...conditions }
  if (!isAmount(delayMs) || !isAmount(jitterMs)) return 'use a number from 0'
  if (!(bytesPerSecond > 0)) return 'use a number above 0; a stall lets nothing pass'
  if (!(corruptionRate >= 0 && corruptionRate <= 1)) return 'use a share from 0 to 1'
  if (!corruptAt.every((offset) => Number.isSafeInteger(offset) && offset >= 0)) return 'use whole numbers from 0'
  return undefined
}

const KIB = 1024
/** As much as a socket delivers at once. */
const MAX_PIECE_BYTES = 64 * KIB
/** A slow line is fed in steps of this time, so that its rate is even. */
const PIECE_MS = 20
const MIN_PIECE_BYTES = 64
/** A link holds one second of its line and what is on the way, as a router would; these bound the extremes. */
const MIN_HELD_BYTES = 16 * KIB
const MAX_HELD_BYTES = 4 * KIB * KIB

/** Bytes that are put on the line in one piece. */
export function pieceBytes({ bytesPerSecond }: Conditions): number {
  return clamp(Math.floor((bytesPerSecond * PIECE_MS) / 1000), MIN_PIECE_BYTES, MAX_PIECE_BYTES)
}

/** Bytes that one connection may have inside the link; beyond them its sender feels the back-pressure. */
export function heldBytes({ bytesPerSecond, delayMs }: Conditions): number {
  return clamp(bytesPerSecond * (1 + delayMs / 1000), MIN_HELD_BYTES, MAX_HELD_BYTES)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
