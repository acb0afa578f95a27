import type { Label } from '../mesh/constants.js'

export const PARTITIONS = ['halves', 'isolated', 'one-way', 'ring'] as const
export const KINDS = [
  ...(['kill', 'freeze', 'restart', 'cpu', 'clock', 'enospc', 'eio'] as const),
  ...PARTITIONS,
  ...(['loss', 'bandwidth', 'delay'] as const),
  'upgrade',
] as const
export type Kind = (typeof KINDS)[number]

export function isPartition(kind: Kind): boolean {
  return PARTITIONS.some((partition) => partition === kind)
}

/** What happens to whom, and for how long. */
export interface Fault {
  readonly kind: Kind
  /** For `halves` the smaller side, for `ring` all in their order, otherwise who is hit. */
  readonly targets: readonly Label[]
  /** After the beginning of its step, ms. */
  readonly delayMs: number
  readonly durationMs: number
  /** `clock`: seconds; `loss`: percent; `bandwidth`: KiB/s; `delay`: ms; `cpu`: percent of the time that it may run. */
  readonly amount: number | null
}

/** Faults that overlap, then nothing until the mesh has healed. */
export interface Step {
  /** Not before this time of the run, ms. */
  readonly startMs: number
  readonly faults: readonly Fault[]
  /** Left to the mesh at least, ms. */
  readonly healMs: number
}

export interface Omitted {
  readonly kind: Kind
  readonly reason: string
}

export interface Plan {
  readonly seed: number
  readonly minutes: number
  readonly steps: readonly Step[]
  readonly omitted: readonly Omitted[]
}
