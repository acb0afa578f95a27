import { parseExactJson } from '@montana/foundation'
import type { Ledger } from '../contracts/config.js'
import { canonicalText } from './canonical.js'
import { parseTime } from './rfc3339.js'
import type { Finding } from './verdict.js'

export interface United {
  readonly text: string
  readonly findings: readonly Finding[]
}

/** One entry of an append-only record. */
interface Entry {
  /** As it was written, where that matters (ndjson). */
  readonly source: string
  readonly value: unknown
  /** Same content, same key; the nth of equal ones within a side has a key of its own. */
  readonly key: string
  /** Null: no id to be found. */
  readonly id: string | null
  readonly atMs: number
}

/**
 * Both sides' entries, each once. Same id with another content: both are kept, with a finding. Ordered by `at`, else as
 * they stand: first the base, then what only the other side has. Uniting again changes nothing; as a set the order of
 * the sides makes no difference. Spec repository-mirror 11.3 step 4.
 */
export function uniteLedgers(base: string, other: string, ledger: Ledger): United {
  return ledger.format === 'ndjson' ? uniteLines(base, other, ledger) : uniteArrayTexts(base, other, ledger)
}

/** The same for arrays of a document. */
export function uniteEntries(
  base: readonly unknown[],
  other: readonly unknown[],
  ledger: Pick<Ledger, 'path' | 'id' | 'at'>,
): { entries: unknown[]; findings: readonly Finding[] } {
  const parsed = (values: readonly unknown[]) =>
    keyed(
      values.map((value) => ({ value, source: '' })),
      ledger,
    )
  const entries = unite(parsed(base), parsed(other))
  return { entries: entries.map(({ value }) => value), findings: doubles(entries, ledger.path) }
}

/** Lines that are no JSON are entries without an id, kept as they are. */
function uniteLines(base: string, other: string, ledger: Ledger): United {
  const broken: string[] = []
  const parsed = (text: string) => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return keyed(
      lines.map((source) => ({ source, value: parseLine(source, broken) })),
      ledger,
    )
  }
  const entries = unite(parsed(base), parsed(other))
  const text = entries.map(({ source }) => `${source}\n`).join('')
  return { text, findings: [...doubles(entries, ledger.path), ...brokenLines(broken, ledger.path)] }
}

/** A side that is no array is left out and named; the base is then never rewritten. */
function uniteArrayTexts(base: string, other: string, ledger: Ledger): United {
  const [first, second] = [parseArray(base), parseArray(other)]
  if (first === null || second === null) {
    const finding = { code: 'ledger-invalid', message: `${ledger.path} is no JSON array on one side` }
    return { text: first === null && second !== null ? other : base, findings: [finding] }
  }
  const { entries, findings } = uniteEntries(first, second, ledger)
  return { text: `${JSON.stringify(entries, null, 2)}\n`, findings }
}

function keyed(
  items: readonly { readonly value: unknown; readonly source: string }[],
  { id, at }: Pick<Ledger, 'id' | 'at'>,
): Entry[] {
  const seen = new Map<string, number>()
  let lastMs = Number.NEGATIVE_INFINITY
  return items.map(({ value, source }) => {
    const content = canonicalText(value)
    const nth = (seen.get(content) ?? 0) + 1
    seen.set(content, nth)
    const name = idOf(value, id)
    lastMs = at === null ? 0 : (timeOf(value, at) ?? lastMs)
    return { source, value, id: name, key: name === null ? `${content}#${nth}` : content, atMs: lastMs }
  })
}

function unite(base: readonly Entry[], other: readonly Entry[]): Entry[] {
  const byKey = new Map<string, Entry>()
  for (const entry of [...base, ...other]) if (!byKey.has(entry.key)) byKey.set(entry.key, entry)
  return [...byKey.values()].sort((a, b) => (a.atMs === b.atMs ? 0 : a.atMs - b.atMs))
}

function doubles(entries: readonly Entry[], path: string): Finding[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { id } of entries) {
    if (id === null) continue
    if (seen.has(id)) twice.add(id)
    seen.add(id)
  }
  return [...twice].map((id) => {
    return { code: 'ledger-id-twice', message: `${path}: ${id} has more than one content; all are kept` }
  })
}

function brokenLines(broken: readonly string[], path: string): Finding[] {
  if (broken.length === 0) return []
  return [{ code: 'ledger-invalid', message: `${path}: ${broken.length} lines are no JSON; they are kept` }]
}

function parseLine(line: string, broken: string[]): unknown {
  try {
    return parseExactJson(line)
  } catch {
    broken.push(line)
    return line
  }
}

function parseArray(text: string): unknown[] | null {
  if (text.trim() === '') return []
  try {
    const value = parseExactJson(text)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Text or number; anything else names nothing. */
export function idOf(value: unknown, field: string): string | null {
  const id = fieldOf(value, field)
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null
}

/** An entry without a time stays behind the one before it. */
function timeOf(value: unknown, field: string): number | null {
  const at = fieldOf(value, field)
  if (typeof at === 'number' && Number.isFinite(at)) return at
  return typeof at === 'string' ? parseTime(at) : null
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined
}
