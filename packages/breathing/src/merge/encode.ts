import { BREATH_FOLDER, HISTORY_PART_BYTES } from '../constants.js'
import { byCodeUnit, canonicalText, compactJson, type Json } from './json.js'
import { flatten, project, type Register, type Registers } from './registers.js'
import type { Stamp } from './stamp.js'
import type { BreathState } from './state.js'

export const STAMPS_FOLDER = `${BREATH_FOLDER}/stamps/`
export const HISTORY_FOLDER = `${BREATH_FOLDER}/history/`
export const VECTOR_FILE = `${BREATH_FOLDER}/vector.json`

/** The files of a tree by path: the synced ones as people read them, and below `.breath/` what merges them. */
export type TreeFiles = ReadonlyMap<string, string>

/** The same state gives the same bytes on every host, so that equal states have equal trees. */
export function encodeState(state: BreathState, depth: number): TreeFiles {
  const files = new Map<string, string>()
  for (const [path, registers] of state.files) {
    const { text, stamps } = encodeRegisters(registers, depth)
    files.set(path, text).set(STAMPS_FOLDER + path, stamps)
  }
  files.set(VECTOR_FILE, canonicalText(Object.fromEntries(state.vector)))
  for (const [day, lines] of state.history) {
    for (const [index, part] of encodeDay(lines).entries())
      files.set(`${HISTORY_FOLDER}${day}-${pad(index)}.json`, part)
  }
  return files
}

const PART_DIGITS = 4

function pad(index: number): string {
  return String(index).padStart(PART_DIGITS, '0')
}

export interface EncodedRegisters {
  readonly text: string
  readonly stamps: string
}

const encoded = new WeakMap<Registers, EncodedRegisters>()

export function encodeRegisters(registers: Registers, depth: number): EncodedRegisters {
  const known = encoded.get(registers)
  if (known) return known
  const shown = project(registers)
  const value = shown === undefined ? {} : shown
  const result = { text: canonicalText(value), stamps: encodeStamps(registers, flatten(value, depth), depth) }
  encoded.set(registers, result)
  return result
}

/** Stamps repeat within a write, hence the table; values stand in the file, but for those that it does not show. */
function encodeStamps(registers: Registers, visible: ReadonlyMap<string, Json>, depth: number): string {
  const stamps = [...new Set([...registers.values()].map(({ stamp }) => stamp))].sort(byCodeUnit)
  const place = new Map(stamps.map((stamp, index) => [stamp, index]))
  const at = (stamp: Stamp) => place.get(stamp) ?? 0
  const all = [...registers]
  const pick = (isOne: (pointer: string, register: Register) => boolean, form: (register: Register) => Json): Json =>
    Object.fromEntries(all.filter(([p, r]) => isOne(p, r)).map(([p, r]) => [p, form(r)]))
  return compactJson({
    depth,
    stamps,
    live: pick(
      (pointer, { value }) => value !== undefined && visible.has(pointer),
      ({ stamp }) => at(stamp),
    ),
    dead: pick(
      (_, { value }) => value === undefined,
      ({ stamp }) => at(stamp),
    ),
    shadowed: pick(
      (pointer, { value }) => value !== undefined && !visible.has(pointer),
      ({ stamp, value }) => [at(stamp), value ?? null],
    ),
  })
}

const encodedDays = new WeakMap<ReadonlySet<string>, readonly string[]>()

function encodeDay(lines: ReadonlySet<string>): readonly string[] {
  const known = encodedDays.get(lines)
  if (known) return known
  const parts: string[][] = []
  let left = 0
  for (const line of [...lines].sort(byCodeUnit)) {
    if (left <= 0) {
      parts.push([])
      left = HISTORY_PART_BYTES
    }
    parts.at(-1)?.push(line)
    left -= line.length
  }
  const texts = parts.map((part) => `[\n${part.join(',\n')}\n]\n`)
  encodedDays.set(lines, texts)
  return texts
}
