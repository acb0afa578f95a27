import { isUtf8 } from 'node:buffer'
import { lineHash } from '../journal/line.js'
import { type SoakRecord, soakRecordSchema } from '../record/schema.js'
import type { Place } from './defect.js'

/** One line with what it holds: a record, or the reason why it is none. */
export type CheckedLine =
  | { readonly at: Place; readonly record: SoakRecord; readonly sha256: string; readonly kind: 'record' }
  | { readonly at: Place; readonly record?: undefined; readonly kind: 'invalid_json' | 'schema' }

/** Undefined bytes: a line beyond the limit, which no record reaches. Pure. */
export function checkLine(at: Place, bytes: Buffer | undefined): CheckedLine {
  if (!bytes) return { at, kind: 'schema' }
  const value = parse(bytes)
  if (value === undefined) return { at, kind: 'invalid_json' }
  const { data: record } = soakRecordSchema.safeParse(value)
  return record ? { at, record, sha256: lineHash(bytes), kind: 'record' } : { at, kind: 'schema' }
}

const OPEN = 0x7b
const CLOSE = 0x7d

/** Nothing stands around an object: a CR at the end, which JSON allows, is no part of what was written. */
function parse(bytes: Buffer): unknown {
  if (bytes[0] !== OPEN || bytes.at(-1) !== CLOSE || !isUtf8(bytes)) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
