import { splitWords } from './words.js'

/** A unit file: the values of each key in order, by section. */
export type Unit = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

/** As systemd.syntax(7) has it; later texts are drop-ins. An empty value forgets the earlier ones. Pure. */
export function parseUnit(...texts: readonly string[]): Unit {
  const unit = new Map<string, Map<string, string[]>>()
  for (const text of texts) {
    let section = ''
    for (const line of logicalLines(text)) {
      const [, heading] = /^\[([^\]]+)\]$/.exec(line) ?? []
      if (heading !== undefined) section = heading
      else add(unit, section, line)
    }
  }
  return unit
}

/** The last value, which is the one in force. */
export function lastOf(unit: Unit, section: string, key: string): string | undefined {
  return unit.get(section)?.get(key)?.at(-1)
}

export function valuesOf(unit: Unit, section: string, key: string): readonly string[] {
  return unit.get(section)?.get(key) ?? []
}

/** Of keys whose values are lists of words, such as `WantedBy=`. */
export function wordsOf(unit: Unit, section: string, key: string): string[] {
  return valuesOf(unit, section, key).flatMap((value) => splitWords(value))
}

function logicalLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*[#;]/.test(line))
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function add(unit: Map<string, Map<string, string[]>>, section: string, line: string): void {
  const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/s.exec(line) ?? []
  if (key === undefined || value === undefined) return
  const keys = unit.get(section) ?? new Map<string, string[]>()
  unit.set(section, keys)
  keys.set(key, value === '' ? [] : [...(keys.get(key) ?? []), value])
}

const UNITS_MS: Readonly<Record<string, number>> = {
  '': 1000,
  s: 1000,
  sec: 1000,
  ms: 1,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
}

/** `90`, `1min 30s`, `500ms`; `infinity` is the most that a timer can wait. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
  if (text === 'infinity') return 2 ** 31 - 1
  const parts = [...text.matchAll(/(\d+)\s*([a-z]*)\s*/g)]
  if (parts.map(([part]) => part).join('') !== text || parts.length === 0) return undefined
  const values = parts.map(([, count, unit]) => Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN))
  const total = values.reduce((sum, value) => sum + value, 0)
  return Number.isNaN(total) ? undefined : total
}
