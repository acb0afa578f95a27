import { addLines, loserLine, unionHistory } from './history.js'
import { compactJson, sameJson } from './json.js'
import type { Register, Registers } from './registers.js'
import { type Stamp, stampNode } from './stamp.js'
import type { BreathState } from './state.js'

export interface Merged {
  readonly state: BreathState
  /** Fields that both sides wrote without knowing of each other. */
  readonly conflicts: number
}

/**
 * The join of two states: commutative, associative, idempotent, and nothing is lost, for what a register loses goes to
 * the history. Gives back `a` itself where `b` adds nothing. Spec three-mirror 12.4.
 */
export function mergeStates(a: BreathState, b: BreathState): Merged {
  if (a === b) return { state: a, conflicts: 0 }
  const losers: string[] = []
  const clash = { count: 0 }
  const files = mergeFiles(a, b, losers, clash)
  const history = unionHistory(addLines(a.history, losers), b.history)
  const vector = mergeVectors(a.vector, b.vector)
  const isSame = files === a.files && history === a.history && vector === a.vector
  return { state: isSame ? a : { files, history, vector }, conflicts: clash.count }
}

function mergeFiles(a: BreathState, b: BreathState, losers: string[], clash: { count: number }): BreathState['files'] {
  let files = a.files
  for (const [path, theirs] of b.files) {
    const ours = a.files.get(path)
    const merged = ours ? mergeRegisters(path, ours, theirs, losers, (lost) => isConflict(a, b, lost, clash)) : theirs
    if (merged !== ours) files = new Map(files).set(path, merged)
  }
  return files
}

type Lost = { readonly stamp: Stamp; readonly isOurs: boolean }

/** The side that won had not seen the write that it beat. */
function isConflict(a: BreathState, b: BreathState, { stamp, isOurs }: Lost, clash: { count: number }): void {
  const winner = isOurs ? b : a
  const seen = winner.vector.get(stampNode(stamp))
  if (seen === undefined || seen < stamp) clash.count++
}

function mergeRegisters(
  path: string,
  ours: Registers,
  theirs: Registers,
  losers: string[],
  onLost: (lost: Lost) => void,
): Registers {
  if (ours === theirs) return ours
  let merged: Map<string, Register> | undefined
  for (const [pointer, their] of theirs) {
    const our = ours.get(pointer)
    const order = our === undefined ? -1 : compareRegisters(our, their)
    if (order === 0) continue
    if (our !== undefined) {
      losers.push(loserLine(path, pointer, order < 0 ? our : their))
      onLost({ stamp: order < 0 ? our.stamp : their.stamp, isOurs: order < 0 })
    }
    if (order > 0) continue
    merged ??= new Map(ours)
    merged.set(pointer, their)
  }
  return merged ?? ours
}

/** By stamp; two values under one stamp (a host that lost its memory) by their text, so that all decide alike. */
function compareRegisters(a: Register, b: Register): number {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp ? 1 : -1
  if (sameJson(a.value, b.value)) return 0
  return textOf(a) > textOf(b) ? 1 : -1
}

function textOf({ value }: Register): string {
  return value === undefined ? '' : compactJson(value)
}

function mergeVectors(a: BreathState['vector'], b: BreathState['vector']): BreathState['vector'] {
  const higher = [...b].filter(([node, stamp]) => stamp > (a.get(node) ?? ''))
  return higher.length === 0 ? a : new Map([...a, ...higher])
}
