import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage, formatTime, makeDirectory, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import { FleetError } from '../errors.js'
import { digestField, nameField, timeField } from '../fields.js'
import { DOCUMENT_STATES } from '../state.js'

/** Below the state folder: one file for each job. */
const JOBS_DIR = 'jobs'
const JOB_SCHEMA = 'montana.job/1'
const MAX_JOBS = 32
const FILE_MODE = 0o644

const count = z.int().min(0)
const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'is not a code')

/** The document that a job keeps, as it stood after its latest run. */
export const jobDocumentForm = z.strictObject({
  kind: nameField,
  version: z.int().min(1),
  sha256: digestField,
  issued_at: timeField,
  not_after: timeField,
  state: z.enum(DOCUMENT_STATES),
})

const jobForm = z.strictObject({
  schema: z.literal(JOB_SCHEMA),
  job: nameField,
  /** Null: it never succeeded. */
  last_success: timeField.nullable(),
  last_attempt: timeField,
  /** Of the latest attempt. */
  code,
  duration_ms: z.number().min(0),
  runs: z.strictObject({ ok: count, failed: count }),
  /** Runs in a row in which fewer than two sources answered. */
  few_answers: count,
  degraded: z.array(code).max(8),
  document: jobDocumentForm.nullable(),
})

export type JobRecord = z.infer<typeof jobForm>
export type JobDocument = z.infer<typeof jobDocumentForm>

/** How a run of a job ended. */
export interface JobRun {
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly isSuccess: boolean
  readonly code: string
  readonly few_answers?: number
  readonly degraded?: readonly string[]
  readonly document?: JobDocument | null
}

/** The record of one job; null before its first run. Throws FleetError JOB_RECORD for a file that is none. */
export async function readJobRecord(stateDir: string, job: string): Promise<JobRecord | null> {
  const path = join(stateDir, JOBS_DIR, `${job}.json`)
  try {
    return jobForm.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null
    const remedy = 'remove the file; the next run writes it anew'
    throw new FleetError('JOB_RECORD', `${path}: ${errorMessage(cause)}`, { remedy, cause })
  }
}

/** Writes down a run: the last success stays apart from the last attempt. Spec operations 1. */
export async function recordRun(stateDir: string, job: string, run: JobRun): Promise<JobRecord> {
  // A record that cannot be read says nothing that a run must not replace.
  const before = await readJobRecord(stateDir, job).catch(() => null)
  const record = nextRecord(job, before, run)
  const folder = join(stateDir, JOBS_DIR)
  await makeDirectory(folder, 0o755)
  await writeFileDurably(join(folder, `${job}.json`), `${JSON.stringify(record, null, 2)}\n`, FILE_MODE)
  return record
}

export function nextRecord(job: string, before: JobRecord | null, run: JobRun): JobRecord {
  const at = formatTime(run.endedAtMs)
  const runs = before?.runs ?? { ok: 0, failed: 0 }
  return {
    schema: JOB_SCHEMA,
    job,
    last_success: run.isSuccess ? at : (before?.last_success ?? null),
    last_attempt: at,
    code: run.code,
    duration_ms: Math.max(0, Math.round(run.endedAtMs - run.startedAtMs)),
    runs: { ok: runs.ok + (run.isSuccess ? 1 : 0), failed: runs.failed + (run.isSuccess ? 0 : 1) },
    few_answers: run.few_answers ?? 0,
    degraded: [...(run.degraded ?? [])],
    document: run.document === undefined ? (before?.document ?? null) : run.document,
  }
}

/** All records below a state folder, by name; a file that is none is passed over, and a folder that is not there empty. */
export async function readJobRecords(stateDir: string): Promise<JobRecord[]> {
  const names = await readdir(join(stateDir, JOBS_DIR)).catch(() => [])
  const jobs = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  const records = jobs
    .sort()
    .slice(0, MAX_JOBS)
    .map((job) => readJobRecord(stateDir, job).catch(() => null))
  return (await Promise.all(records)).filter((record) => record !== null)
}
