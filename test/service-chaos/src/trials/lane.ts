import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage, isAbort } from '@montana/foundation'
import type { Gauge } from '../gauge/gauge.js'
import { ServiceGroup } from '../group/service-group.js'
import { ATTEMPTS_MAX } from './bounds.js'
import { randomOf } from './plan.js'
import { isFinal, type Results } from './results.js'
import { runTrial } from './run-trial.js'
import type { Job, TrialRow } from './types.js'

/** A group that cannot be started so often in a row never will be. */
const STARTS_MAX = 3

export interface LaneInit {
  /** Letter of the group. */
  readonly tag: string
  readonly dir: string
  /** Trials that nobody has begun; shared with the other lanes. */
  readonly queue: Job[]
  readonly results: Results
  readonly gauge: Gauge
  readonly seed: number
  readonly commit: string | null
  readonly signal: AbortSignal
  onRow(row: TrialRow): void
  onLine(line: string): void
}

/** One group after another, as long as there are trials; a group that does not become whole again makes room for a new one. */
export async function runLane(init: LaneInit): Promise<void> {
  let failures = 0
  while (init.queue.length > 0 && failures < STARTS_MAX) {
    try {
      await useGroup(init)
      failures = 0
    } catch (error) {
      if (isAbort(error)) throw error
      failures++
      init.onLine(`group ${init.tag}: ${errorMessage(error)}`)
    }
  }
}

async function useGroup(init: LaneInit): Promise<void> {
  const { tag, signal } = init
  const dir = join(init.dir, `${tag}-${Date.now()}`)
  mkdirSync(dir, { recursive: true })
  // Of a group that did not start, or that broke a rule, the logs stay.
  let isKept = true
  try {
    const service = await ServiceGroup.start({ dir, tag, signal })
    try {
      isKept = await runJobs(init, service)
    } finally {
      await service.close()
    }
  } finally {
    if (!isKept || signal.aborted) rmSync(dir, { recursive: true, force: true })
  }
}

/** Until nothing is left to do, or the group is not fit for more; true where it broke a rule or failed. */
async function runJobs(init: LaneInit, service: ServiceGroup): Promise<boolean> {
  for (let job = init.queue.shift(); job; job = init.queue.shift()) {
    const row = await runJob(init, service, job)
    if (row.violations.length > 0 || row.outcome === 'failed') return true
    if (row.reason !== null) return false
  }
  return false
}

async function runJob(init: LaneInit, service: ServiceGroup, job: Job): Promise<TrialRow> {
  const { tag, gauge, signal, seed, results, queue, commit } = init
  const attempt = results.attemptsOf(job) + 1
  const row = await runTrial({ job, attempt, tag, service, gauge, commit, random: randomOf(job, seed), signal })
  results.add(row)
  if (!isFinal(row) && attempt < ATTEMPTS_MAX) queue.push(job)
  init.onRow(row)
  return row
}
