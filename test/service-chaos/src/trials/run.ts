import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nowMs } from '@montana/chaos/program'
import { Gauge } from '../gauge/gauge.js'
import type { TrialOptions } from '../options.js'
import { runLane } from './lane.js'
import { planTrials } from './plan.js'
import { Progress } from './progress.js'
import { Results } from './results.js'

export interface RunOptions extends TrialOptions {
  /** What runs. */
  readonly commit: string | null
}

/** All trials that the results do not have yet, on as many groups as wanted. Rejects with AbortError. */
export async function runTrials(options: RunOptions, signal: AbortSignal, onLine: (line: string) => void) {
  const results = new Results(options.results, options.commit)
  const plan = planTrials(options)
  const queue = plan.filter((job) => !results.isDone(job))
  // Sockets lie in it, whose paths are short.
  const dir = mkdtempSync(join(tmpdir(), 'montana-trials-'))
  const gauge = new Gauge()
  const progress = new Progress({
    total: plan.length,
    done: plan.length - queue.length,
    groups: options.groups,
    onLine,
  })
  progress.begin(options.results)
  if (results.foreign > 0) onLine(`${results.foreign} results of another commit, or of a changed tree, are not taken`)
  const beganMs = nowMs()
  const lane = (tag: string) =>
    runLane({
      ...{ tag, dir, queue, results, gauge, signal, onLine },
      seed: options.seed,
      commit: options.commit,
      onRow: progress.row,
    })
  try {
    await allDone(tagsOf(Math.min(options.groups, queue.length)).map(lane))
  } finally {
    gauge.close()
    removeEmpty(dir)
  }
  return { rows: results.rows, plan, durationMs: nowMs() - beganMs }
}

/** Rejects only when all have ended: afterwards nobody starts a process any more. */
async function allDone(lanes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(lanes)
  await Promise.all(lanes)
}

/** What is in it is the group of a violation. */
function removeEmpty(dir: string): void {
  if (readdirSync(dir).length === 0) rmdirSync(dir)
}

function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode('a'.charCodeAt(0) + index))
}
