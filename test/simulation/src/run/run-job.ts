import { drawPlan } from '../plan/plan.js'
import type { Job, JobResult } from './job.js'
import { runSeed } from './run-seed.js'

/** Wall time is measured around the run and never gets into it. */
export function runJob({ seed, bug, keepsTrace = false, ...options }: Job): JobResult {
  const plan = drawPlan(seed, options)
  const startedAtMs = performance.now()
  const result = runSeed(plan, { keepsTrace, bugs: new Set(bug ? [bug] : []) })
  return { ...result, wallMs: performance.now() - startedAtMs, faults: [...plan.faults] }
}
