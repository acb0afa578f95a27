import { addLines, loserLine } from './history.js'
import { type Json, sameJson } from './json.js'
import { flatten, type Register, type Registers } from './registers.js'
import { type Stamp, stampNode } from './stamp.js'
import type { BreathState } from './state.js'

/** Fields that a local write touches: a new value, or undefined for a deletion. */
export type Changes = ReadonlyMap<string, Json | undefined>

/**
 * What was written to a file since it was last seen: the difference of two values, without what the state holds anyway
 * (a file projected just before a crash is not a write).
 */
export function changesOf(before: Json | undefined, after: Json, registers: Registers, depth: number): Changes {
  const old = before === undefined ? new Map<string, Json>() : flatten(before, depth)
  const fresh = flatten(after, depth)
  const changes = new Map<string, Json | undefined>()
  for (const [pointer, value] of fresh) if (!sameJson(old.get(pointer), value)) changes.set(pointer, value)
  for (const pointer of old.keys()) if (!fresh.has(pointer)) changes.set(pointer, undefined)
  for (const [pointer, value] of changes) if (isKnown(registers.get(pointer), value)) changes.delete(pointer)
  return changes
}

function isKnown(register: Register | undefined, value: Json | undefined): boolean {
  return register === undefined ? value === undefined : sameJson(register.value, value)
}

/** The state after a local write; `stamp` must be above all in it. What it replaces goes to the history. */
export function applyChanges(state: BreathState, path: string, changes: Changes, stamp: Stamp): BreathState {
  if (changes.size === 0) return state
  const registers = new Map(state.files.get(path))
  const losers: string[] = []
  for (const [pointer, value] of changes) {
    const old = registers.get(pointer)
    if (old) losers.push(loserLine(path, pointer, old))
    registers.set(pointer, value === undefined ? { stamp } : { stamp, value })
  }
  return {
    files: new Map(state.files).set(path, registers),
    history: addLines(state.history, losers),
    vector: new Map(state.vector).set(stampNode(stamp), stamp),
  }
}

/** A file that was there before breathing began, as a state to merge: every field under one stamp. */
export function importFile(path: string, value: Json, depth: number, stamp: Stamp): BreathState {
  const registers = new Map([...flatten(value, depth)].map(([pointer, field]) => [pointer, { stamp, value: field }]))
  return { files: new Map([[path, registers]]), history: new Map(), vector: new Map([[stampNode(stamp), stamp]]) }
}
