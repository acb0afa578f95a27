import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { nowMs } from '../clock.js'
import { Gauge } from '../gauge/gauge.js'
import type { TrialOptions } from '../options.js'
import { runLane } from './lane.js'
import { planTrials } from './plan.js'
import { Progress } from './progress.js'
import { Results } from './results.js'

/** All trials that the results do not have yet, on as many groups as wanted. Rejects with AbortError. */
export async function runTrials(options: TrialOptions, signal: AbortSignal, onLine: (line: string) => void) {
  const results = new Results(options.results)
  const plan = planTrials(options)
  const queue = plan.filter((job) => !results.isDone(job))
  const dir = join(options.dataDir, `groups-${process.pid}`)
  mkdirSync(dir, { recursive: true })
  const gauge = new Gauge()
  const progress = new Progress({
    total: plan.length,
    done: plan.length - queue.length,
    groups: options.groups,
    onLine,
  })
  progress.begin(options.results)
  const beganMs = nowMs()
  const lane = (tag: string) =>
    runLane({ ...{ tag, dir, queue, results, gauge, signal, onLine }, seed: options.seed, onRow: progress.row })
  try {
    await allDone(tagsOf(Math.min(options.groups, queue.length)).map(lane))
  } finally {
    gauge.close()
  }
  return { rows: results.rows, plan, durationMs: nowMs() - beganMs }
}

/** Rejects only when all have ended: afterwards nobody starts a process any more. */
async function allDone(lanes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(lanes)
  await Promise.all(lanes)
}

function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode('a'.charCodeAt(0) + index))
}
