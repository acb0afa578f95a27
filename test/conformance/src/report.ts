import { BACKENDS, type Backend, type Result } from './types.js'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface Counted {
  readonly group: string
  readonly reason: string
  readonly cases: number
}

export interface BackendReport extends Counts {
  readonly backend: Backend
  /** Cases that ran, by area or group type. */
  readonly ran: Readonly<Record<string, number>>
  readonly cannotRun: readonly Counted[]
  readonly notCompared: readonly Counted[]
}

export interface Failure {
  readonly backend: Backend | null
  readonly name: string
  readonly expected: string
  readonly actual: string
}

export interface FileReport extends Counts {
  readonly file: string
  readonly backends: readonly BackendReport[]
  readonly failures: readonly Failure[]
}

export interface Report extends Counts {
  readonly files: readonly FileReport[]
  /** Backends that this host lacks, and why. */
  readonly unavailable: readonly Unavailable[]
}

export interface Unavailable {
  readonly backend: Backend
  readonly reason: string
}

/** Counts one file. A file that held no case fails, because nothing was shown by it. */
export function reportFile(file: string, results: readonly Result[]): FileReport {
  if (results.length === 0) return unusableFile(file, 'held no case')
  const backends = BACKENDS.map((backend) => reportBackend(backend, results)).filter((report) => total(report) > 0)
  return { file, ...sum(backends), backends, failures: results.flatMap(failureOf) }
}

export function unusableFile(file: string, reason: string): FileReport {
  const failure = { backend: null, name: file, expected: 'a file of vectors', actual: reason }
  return { file, passed: 0, failed: 1, skipped: 0, backends: [], failures: [failure] }
}

export function reportAll(files: readonly FileReport[], unavailable: readonly Unavailable[]): Report {
  return { ...sum(files), files, unavailable }
}

function reportBackend(backend: Backend, all: readonly Result[]): BackendReport {
  const results = all.filter((result) => result.backend === backend)
  const withStatus = (status: string) => results.filter(({ outcome }) => outcome.status === status).length
  return {
    backend,
    passed: withStatus('passed'),
    failed: withStatus('failed'),
    skipped: withStatus('skipped'),
    ran: countBy(results.filter(({ outcome }) => outcome.status !== 'skipped').map(({ group }) => group)),
    cannotRun: countReasons(results.flatMap(({ outcome }) => (outcome.status === 'skipped' ? [outcome] : []))),
    notCompared: countReasons(results.flatMap(({ remark }) => (remark ? [remark] : []))),
  }
}

function failureOf({ backend, name, outcome }: Result): Failure[] {
  if (outcome.status !== 'failed') return []
  return [{ backend, name, expected: outcome.expected, actual: outcome.actual }]
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function countReasons(entries: ReadonlyArray<{ group: string; reason: string }>): Counted[] {
  const counts = new Map<string, Counted>()
  for (const { group, reason } of entries) {
    const key = `${group}\n${reason}`
    counts.set(key, { group, reason, cases: (counts.get(key)?.cases ?? 0) + 1 })
  }
  return [...counts.values()]
}

function sum(parts: readonly Counts[]): Counts {
  const add = (member: keyof Counts) => parts.reduce((count, part) => count + part[member], 0)
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') }
}

function total({ passed, failed, skipped }: Counts): number {
  return passed + failed + skipped
}
