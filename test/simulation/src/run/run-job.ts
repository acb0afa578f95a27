import { drawPlan } from '../plan/plan.js'
import type { Job, JobResult } from './job.js'
import { runSeed } from './run-seed.js'

/** The time of the processor is measured around the run and never gets into it. */
export function runJob({ seed, bug, keepsTrace = false, ...options }: Job): JobResult {
  const plan = drawPlan(seed, options)
  const before = process.threadCpuUsage()
  const result = runSeed(plan, { keepsTrace, bugs: new Set(bug ? [bug] : []) })
  const { user, system } = process.threadCpuUsage(before)
  return { ...result, computingMs: (user + system) / 1000, faults: [...plan.faults] }
}
