import { TOMBSTONE_MS } from '../constants.js'
import type { Register } from './registers.js'
import { type Stamp, stampMs, stampNode } from './stamp.js'
import type { BreathState } from './state.js'

export type Vector = ReadonlyMap<string, Stamp>

/**
 * Forgets deletions that every host has confirmed and that are at least 30 days old; before, one host that was away
 * could bring the record back. `confirmed` has one vector per host of the group, null for one never heard of.
 * Spec three-mirror 12.4.
 */
export function dropTombstones(
  state: BreathState,
  confirmed: readonly (Vector | null)[],
  nowMs: number,
  ageMs = TOMBSTONE_MS,
): BreathState {
  const isOver = ({ stamp, value }: Register) =>
    value === undefined &&
    nowMs - stampMs(stamp) >= ageMs &&
    confirmed.every((vector) => (vector?.get(stampNode(stamp)) ?? '') >= stamp)
  let files = state.files
  for (const [path, registers] of state.files) {
    const kept = new Map([...registers].filter(([, register]) => !isOver(register)))
    // A file whose last field is forgotten keeps its name: absence is never a deletion.
    if (kept.size < registers.size && kept.size > 0) files = new Map(files).set(path, kept)
  }
  return files === state.files ? state : { ...state, files }
}
