import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** `bench/goals.json`: every promise with a number, one row each. */
const Goal = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  /** `issue N` or `reliability N`. */
  of: z.string().regex(/^(issue|reliability) \d+$/),
  /** Of the goal itself, shortened where it says more than one number. */
  words: z.string().min(1),
  direction: z.enum(['at most', 'at least', 'below', 'exactly']),
  bound: z.number(),
  unit: z.string(),
  /** A bench of this run and one of its ratios or figures; a record stands in where this run did not begin it. */
  bench: z.string().optional(),
  figure: z.string().optional(),
  /** The figure comes with `--long` only; elsewhere a record stands in for it. */
  long: z.literal(true).optional(),
  /** What measures it outside the benches; null where nothing does yet. */
  command: z.string().nullable(),
})
export type Goal = z.infer<typeof Goal>

const GoalsFile = z.strictObject({ schema: z.literal('montana.goals/1'), goals: z.array(Goal) })

/** `bench/records.json`: what other commands measured, from the notes in which it was written down. */
const MeasuredRecord = z.strictObject({
  goal: z.string(),
  value: z.number(),
  /** That of its goal. */
  unit: z.string(),
  command: z.string(),
  /** At which the value was noted; it was measured there or shortly before. */
  commit: z.string().regex(/^[0-9a-f]{7,40}$/),
  date: z.iso.date(),
  /** What the measurement did less of than the goal asks: the goal is then met in part at best. */
  short: z.string().min(1).optional(),
  remark: z.string().optional(),
})
export type MeasuredRecord = z.infer<typeof MeasuredRecord>

const RecordsFile = z.strictObject({ schema: z.literal('montana.records/1'), records: z.array(MeasuredRecord) })

export function readGoals(file: string): Goal[] {
  return GoalsFile.parse(JSON.parse(readFileSync(file, 'utf8'))).goals
}

export function readRecords(file: string): MeasuredRecord[] {
  return RecordsFile.parse(JSON.parse(readFileSync(file, 'utf8'))).records
}
