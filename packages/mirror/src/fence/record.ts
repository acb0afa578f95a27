import { canonicalJson, onlyWellFormed } from '@montana/foundation'
import { z } from 'zod'
import { MirrorError } from '../contracts/errors.js'
import type { FenceRecord, ReturnNotice } from '../contracts/fence.js'

/** Room for the tips of a thousand refs and some gates. */
export const RECORD_BYTES_MAX = 256 * 1024
const TEXT_MAX = 1_000
const ENTRIES_MAX = 1_000

const time = z.iso.datetime({ offset: true })
const text = z.string().max(TEXT_MAX)
const objectId = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
const entries = <V extends z.ZodType>(value: V) =>
  z.record(text, value).refine((all) => Object.keys(all).length <= ENTRIES_MAX, 'too many entries')

/** Strict: a record of a later schema is not understood by half. Spec repository-mirror 9.1. */
const recordSchema = z.strictObject({
  schema: z.literal(1),
  epoch: z.int().min(1),
  state: z.enum(['active', 'promoting', 'handback-ready', 'draining', 'released']),
  holder: z.string().regex(/^github:[1-9][0-9]{0,15}$/),
  role: z.enum(['MASTER', 'SLAVE', 'TEMPORARY_MASTER']),
  autoPromote: z.boolean(),
  permitMinutes: z.number().positive().max(10_080),
  renewal: z.int().min(0),
  renewedAt: time,
  holdUntil: time.nullable(),
  return: z.enum(['auto', 'manual']),
  tips: entries(objectId),
  gates: entries(text),
  actor: text,
  reason: text,
  nonce: z.string().min(8).max(64),
  paused: z.boolean(),
})

const noticeSchema = z.strictObject({ head: objectId, at: time, nonce: z.string().min(8).max(64) })

/** Throws MirrorError TARGET_ANSWER_INVALID: an unreadable fence is never an absent one. */
export function parseRecord(json: string): FenceRecord {
  return parse(json, recordSchema, 'fence record')
}

export function parseNotice(json: string): ReturnNotice {
  return parse(json, noticeSchema, 'return notice')
}

export function recordText(record: FenceRecord | ReturnNotice): string {
  return `${canonicalJson(record)}\n`
}

function parse<T>(json: string, schema: z.ZodType<T>, what: string): T {
  const read = schema.safeParse(jsonOf(json))
  if (read.success) return read.data
  const issue = read.error.issues[0]
  const field = issue?.path.join('.') || 'document'
  throw new MirrorError('TARGET_ANSWER_INVALID', `the ${what} is not one: ${field}: ${issue?.message}`, {
    field,
    remedy: 'look at the record on the fence; restore its last good parent',
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text, onlyWellFormed)
  } catch {
    return undefined
  }
}
