import type { WorkflowFile, WorkflowJob } from './parse.js'

/** Exactly this test: a missing variable compares as '', so one that excludes a role is true on a half-configured replica. */
export const ROLE_CONDITION = "vars.MIRROR_ROLE == 'MASTER' || vars.MIRROR_ROLE == 'TEMPORARY_MASTER'"
export const GUARD_COMMAND = 'node .github/montana/sentinel.mjs guard'

/** Job by job, why it may act without leave; empty when each has the role condition and the guard. Spec repository-mirror 8.3. */
export function unguardedJobs({ jobs }: WorkflowFile): { job: string; why: string }[] {
  return Object.entries(jobs).flatMap(([name, job]) => {
    const why = whyUnguarded(job)
    return why === null ? [] : [{ job: name, why }]
  })
}

function whyUnguarded(job: WorkflowJob): string | null {
  if (!hasCondition(job.if)) return 'its `if` is not the role condition'
  if (job.steps === undefined) return 'it calls another workflow, which no guard precedes'
  return hasGuard(job.steps) ? null : 'its first step after the checkout is not the guard'
}

/** The condition alone or joined with `&&` to others, in parentheses then: nothing may widen it. */
function hasCondition(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const text = value.trim().replace(/^\$\{\{\s*(.*?)\s*\}\}$/s, '$1')
  const written = (part: string) => part.replaceAll(/\s+/g, ' ').trim()
  const plain = written(text)
  if (plain === ROLE_CONDITION) return true
  const rest = plain.startsWith(`(${ROLE_CONDITION}) && `) ? plain.slice(`(${ROLE_CONDITION}) && `.length) : null
  return rest !== null && !rest.includes('||')
}

/** Checkouts bring the guard, so that they may stand before it; nothing else may. */
function hasGuard(steps: NonNullable<WorkflowJob['steps']>): boolean {
  const first = steps.find(({ uses }) => !/^actions\/(checkout|setup-node)@/.test(uses ?? ''))
  return first?.run?.trim() === GUARD_COMMAND && first.if === undefined && first['continue-on-error'] === undefined
}
