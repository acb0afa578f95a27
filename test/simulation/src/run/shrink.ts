import { FAULT_KINDS, type FaultKind } from '../plan/plan.js'
import type { Job, JobResult } from './job.js'

/** Fewer runs than this are tried; each costs about as much as the failing one. */
const MAX_TRIES = 60

export interface Shrunken {
  readonly job: Job
  readonly result: JobResult
  readonly tries: number
}

/**
 * The smallest run that still breaks the same invariant: fewer windows, then fewer kinds of fault, then fewer members.
 * Each step is kept only when the run still fails.
 */
export async function shrink(failing: Job, first: JobResult, run: (job: Job) => Promise<JobResult>): Promise<Shrunken> {
  const invariant = first.violation?.invariant
  let best: Shrunken = { job: failing, result: first, tries: 0 }
  const attempt = async (change: Partial<Job>): Promise<boolean> => {
    if (best.tries >= MAX_TRIES) return false
    const job = { ...best.job, ...change }
    const result = await run(job)
    const isSame = result.violation?.invariant === invariant
    best = isSame ? { job, result, tries: best.tries + 1 } : { ...best, tries: best.tries + 1 }
    return isSame
  }
  await shrinkWindows(() => best, attempt)
  for (const kind of FAULT_KINDS) {
    if (best.result.faults.includes(kind)) await attempt({ without: [...withoutOf(best.job), kind] })
  }
  await attempt({ members: 4 })
  await shrinkWindows(() => best, attempt)
  return best
}

async function shrinkWindows(best: () => Shrunken, attempt: (change: Partial<Job>) => Promise<boolean>): Promise<void> {
  for (;;) {
    const { violation, windows } = best().result
    const now = best().job.windows ?? Number.POSITIVE_INFINITY
    const reached = Math.max(violation?.window ?? windows, 4)
    const smaller = [reached, Math.ceil(reached / 2), reached - 1].filter((value) => value < now && value >= 4)
    let isSmaller = false
    for (const value of smaller) isSmaller ||= await attempt({ windows: value })
    if (!isSmaller) return
  }
}

function withoutOf({ without = [] }: Job): readonly FaultKind[] {
  return without
}
