import type { History } from './history.js'
import type { Registers } from './registers.js'
import type { Stamp } from './stamp.js'

/**
 * Everything that hosts keep alike: a join-semilattice, whose join is `mergeStates`. Spec three-mirror 12.2, 12.4.
 *
 * Invariants: a register holds the highest write of its pointer; every lower one that was ever merged is in the history
 * until that is trimmed; `vector` names, per host, the highest of its writes that is contained, and with it all earlier.
 */
export interface BreathState {
  readonly files: ReadonlyMap<string, Registers>
  readonly history: History
  readonly vector: ReadonlyMap<string, Stamp>
}

export const EMPTY_STATE: BreathState = { files: new Map(), history: new Map(), vector: new Map() }

/** The highest write of all; undefined before the first. */
export function highestStamp(state: BreathState): Stamp | undefined {
  let highest: Stamp | undefined
  for (const stamp of state.vector.values()) if (highest === undefined || stamp > highest) highest = stamp
  return highest
}

/** Every stamp that occurs, registers first. */
export function* stampsOf(state: BreathState): Generator<Stamp> {
  for (const registers of state.files.values()) for (const { stamp } of registers.values()) yield stamp
  yield* state.vector.values()
}
