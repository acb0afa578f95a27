import { type History, lineStamp } from './history.js'
import type { Registers } from './registers.js'
import { makeStamp, type Stamp } from './stamp.js'
import type { BreathState } from './state.js'

export interface Held {
  /** What may be merged now. */
  readonly state: BreathState
  /** The farthest stamp that has to wait; undefined when none has. */
  readonly farthest: Stamp | undefined
}

/**
 * Leaves out every write that is stamped later than `limitMs`; it stays in the ref that brought it, and is taken from
 * there once time has caught up. Spec three-mirror 12.4.
 */
export function holdFuture(state: BreathState, limitMs: number): Held {
  const limit = makeStamp(Math.floor(limitMs) + 1, 0, '')
  let farthest: Stamp | undefined
  const isDue = (stamp: Stamp) => {
    if (stamp < limit) return true
    if (farthest === undefined || stamp > farthest) farthest = stamp
    return false
  }
  const files = filterMap(state.files, (registers) => filterRegisters(registers, isDue))
  const history: History = filterMap(state.history, (lines) => filterLines(lines, isDue))
  const vector = filterMap(state.vector, (stamp) => (isDue(stamp) ? stamp : undefined))
  return { state: farthest === undefined ? state : { files, history, vector }, farthest }
}

function filterMap<V>(map: ReadonlyMap<string, V>, keep: (value: V) => V | undefined): ReadonlyMap<string, V> {
  const kept = new Map<string, V>()
  for (const [key, value] of map) {
    const part = keep(value)
    if (part !== undefined) kept.set(key, part)
  }
  return kept
}

function filterRegisters(registers: Registers, isDue: (stamp: Stamp) => boolean): Registers | undefined {
  const kept = new Map([...registers].filter(([, { stamp }]) => isDue(stamp)))
  return kept.size === registers.size ? registers : kept.size === 0 ? undefined : kept
}

function filterLines(lines: ReadonlySet<string>, isDue: (stamp: Stamp) => boolean): ReadonlySet<string> | undefined {
  const kept = new Set([...lines].filter((line) => isDue(lineStamp(line))))
  return kept.size === lines.size ? lines : kept.size === 0 ? undefined : kept
}
