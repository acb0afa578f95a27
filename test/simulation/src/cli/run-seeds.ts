import type { Epochs } from '../oracles/history.js'
import { describeViolation } from '../oracles/oracle.js'
import type { Job, JobResult } from '../run/job.js'
import { Pool } from '../run/pool.js'
import { shrink } from '../run/shrink.js'
import { tellStory } from '../run/story.js'
import type { SimOptions } from './options.js'

/** Failing seeds that are shrunk; a change that breaks everything need not be shrunk a thousand times. */
const MAX_SHRUNK = 3

export interface SeedsReport {
  readonly passed: number
  readonly failed: number
  readonly windows: number
  readonly epochs: Epochs
  readonly virtualSeconds: number
  /** From the first run to the last. */
  readonly wallSeconds: number
  /** Virtual time ÷ wall time: how much faster than real time the search goes. */
  readonly speedup: number
  /** Time of the processor that the runs took, and virtual time ÷ that. */
  readonly computingSeconds: number
  readonly speedupPerCore: number
  readonly failures: readonly Failure[]
  /** Of a single seed. */
  readonly traceHash: string | undefined
}

export interface Failure {
  readonly seed: number
  readonly traceHash: string
  readonly violation: string
  readonly replay: string | undefined
  readonly history: readonly string[]
}

export async function runSeeds(options: SimOptions, print: (line: string) => void): Promise<SeedsReport> {
  const results: JobResult[] = []
  const failures: Failure[] = []
  const startedAtMs = performance.now()
  await using pool = new Pool()
  for await (const result of pool.run(jobsOf(options))) {
    results.push(result)
    if (result.violation) failures.push(plainFailure(result))
    if (results.length % 100 === 0) print(`${results.length} seeds, ${failures.length} failed`)
  }
  const wallMs = performance.now() - startedAtMs
  const shrunken = failures.sort((a, b) => a.seed - b.seed).slice(0, MAX_SHRUNK)
  const explained: Failure[] = []
  for (const failure of shrunken) explained.push(await explain(pool, options, failure))
  return summarise(results, wallMs, [...explained, ...failures.slice(MAX_SHRUNK)])
}

function* jobsOf({ start, seeds, minutes, windows, without, members }: SimOptions): Generator<Job> {
  const untilMs = minutes === undefined ? undefined : performance.now() + 60_000 * minutes
  const goesOn = (done: number) => (untilMs === undefined ? done < seeds : performance.now() < untilMs)
  for (let done = 0; goesOn(done); done++) {
    yield { seed: start + done, windows, without, ...(members !== undefined && { members }) }
  }
}

function plainFailure({ seed, traceHash, violation }: JobResult): Failure {
  return { seed, traceHash, violation: violation ? describeViolation(violation) : '', replay: undefined, history: [] }
}

async function explain(pool: Pool, options: SimOptions, failure: Failure): Promise<Failure> {
  const { windows, without, members } = options
  const job: Job = { seed: failure.seed, windows, without, ...(members !== undefined && { members }) }
  const first = await pool.runOne(job)
  const { job: smallest, result } = await shrink(job, first, (smaller) => pool.runOne(smaller))
  const { lines } = await pool.runOne({ ...smallest, keepsTrace: true })
  const violation = result.violation ? describeViolation(result.violation) : ''
  return { ...failure, violation, replay: replayCommand(smallest), history: tellStory(lines) }
}

function replayCommand({ seed, windows, without = [], members }: Job): string {
  const words = ['npm run -s sim --', `--seed ${seed}`, `--windows ${windows}`]
  if (without.length > 0) words.push(`--without ${without.join(',')}`)
  if (members !== undefined) words.push(`--members ${members}`)
  return [...words, '--trace'].join(' ')
}

function summarise(results: readonly JobResult[], wallMs: number, failures: readonly Failure[]): SeedsReport {
  const sum = (of: (result: JobResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const [virtualMs, computingMs] = [sum((result) => result.virtualMs), sum((result) => result.computingMs)]
  return {
    passed: results.length - failures.length,
    failed: failures.length,
    windows: sum((result) => result.windows),
    epochs: {
      dRose: sum(({ epochs }) => epochs.dRose),
      dFell: sum(({ epochs }) => epochs.dFell),
      dStayed: sum(({ epochs }) => epochs.dStayed),
      targetMoved: sum(({ epochs }) => epochs.targetMoved),
    },
    virtualSeconds: Math.round(virtualMs / 1000),
    wallSeconds: Math.round(wallMs) / 1000,
    speedup: Math.round(virtualMs / wallMs),
    computingSeconds: Math.round(computingMs) / 1000,
    speedupPerCore: Math.round(virtualMs / computingMs),
    failures,
    traceHash: results.length === 1 ? results[0]?.traceHash : undefined,
  }
}

export function formatSeeds(report: SeedsReport): string[] {
  const { passed, failed, windows, virtualSeconds, wallSeconds, speedup, traceHash } = report
  const { epochs, computingSeconds, speedupPerCore } = report
  return [
    ...report.failures.flatMap(formatFailure),
    ...(traceHash ? [`trace hash ${traceHash}`] : []),
    `${windows} windows; D rose ${epochs.dRose} times, fell ${epochs.dFell}; the target moved ${epochs.targetMoved} times`,
    `${virtualSeconds} s of virtual time in ${wallSeconds} s: ${speedup} times real time`,
    `${computingSeconds} s of computing: ${speedupPerCore} times real time per core`,
    `${passed} passed, ${failed} failed`,
  ]
}

function formatFailure({ seed, traceHash, violation, replay, history }: Failure): string[] {
  const head = [`seed ${seed}: ${violation}`, `  trace hash ${traceHash}`]
  const tail = replay ? [`  replay: ${replay}`, ...history.map((line) => `    ${line}`)] : []
  return [...head, ...tail]
}
