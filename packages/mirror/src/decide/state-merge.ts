import { parseExactJson } from '@montana/foundation'
import type { Ledger } from '../contracts/config.js'
import { uniteEntries } from './ledgers.js'
import type { Finding } from './verdict.js'

/** One side's `state/current.json`. */
export interface StateSide {
  readonly text: string
  /** Of the fence when this side acted last. */
  readonly epoch: number
}

/** An array inside the state file that is a ledger: names of fields from the root. */
export interface LedgerField {
  readonly path: readonly string[]
  readonly id: string
  readonly at: string | null
}

type Json = Readonly<Record<string, unknown>>

/** Of a manifest: ledgers whose path is `<state file>#<field>.<field>`. */
export function ledgerFields(ledgers: readonly Ledger[], stateFile: string): LedgerField[] {
  const prefix = `${stateFile}#`
  const inside = ledgers.filter(({ path }) => path.startsWith(prefix))
  return inside.map(({ path, id, at }) => ({ path: path.slice(prefix.length).split('.'), id, at }))
}

/**
 * The record of the higher epoch is the base, ledger fields unite, `mirrors` is left out because it is rendered anew.
 * The text is null when a side cannot be read: then nothing may be written. Spec repository-mirror 11.3 step 4.
 */
export function mergeState(
  primary: StateSide,
  replica: StateSide,
  fields: readonly LedgerField[],
): { readonly text: string | null; readonly findings: readonly Finding[] } {
  const [base, other] = primary.epoch >= replica.epoch ? [primary, replica] : [replica, primary]
  const [first, second] = [parseObject(base.text), parseObject(other.text)]
  if (first === null || second === null) {
    return {
      text: null,
      findings: [{ code: 'STATE_UNREADABLE', message: 'the state file is no JSON object on one side' }],
    }
  }
  const findings: Finding[] = []
  const merged = fields.reduce((document, field) => uniteField(document, second, field, findings), first)
  const { mirrors: _, ...rest } = merged
  return { text: `${JSON.stringify(rest, null, 2)}\n`, findings }
}

function uniteField(document: Json, other: Json, field: LedgerField, findings: Finding[]): Json {
  const [base, more] = [valueAt(document, field.path), valueAt(other, field.path)]
  if (!Array.isArray(more)) return document
  if (base !== undefined && !Array.isArray(base)) return document
  const path = field.path.join('.')
  const united = uniteEntries(base ?? [], more, { path, id: field.id, at: field.at })
  findings.push(...united.findings)
  return withValue(document, field.path, united.entries)
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  const [field, ...rest] = path
  if (field === undefined) return document
  if (!isObject(document) || !Object.hasOwn(document, field)) return undefined
  return valueAt(document[field], rest)
}

/** Key order survives; missing objects on the way are made. */
function withValue(document: Json, [field = '', ...rest]: readonly string[], value: unknown): Json {
  if (rest.length === 0) return { ...document, [field]: value }
  const inner = document[field]
  return { ...document, [field]: withValue(isObject(inner) ? inner : {}, rest, value) }
}

function parseObject(text: string): Json | null {
  try {
    const value = parseExactJson(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
