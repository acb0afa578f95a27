import { bringsForeignCode, whyPowerless } from './guard-step.js'
import type { WorkflowFile, WorkflowJob, WorkflowStep } from './parse.js'

/** Exactly this test: a missing variable compares as '', so one that excludes a role is true on a half-configured replica. */
export const ROLE_CONDITION = "vars.MIRROR_ROLE == 'MASTER' || vars.MIRROR_ROLE == 'TEMPORARY_MASTER'"
export const GUARD_COMMAND = 'node .github/montana/sentinel.mjs guard'

/** Job by job, why it may act without leave; empty when each has the role condition and the guard. Spec repository-mirror 8.3. */
export function unguardedJobs(workflow: WorkflowFile): { job: string; why: string }[] {
  return Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const why = whyUnguarded(workflow, job)
    return why === null ? [] : [{ job: name, why }]
  })
}

function whyUnguarded(workflow: WorkflowFile, job: WorkflowJob): string | null {
  if (!hasCondition(job.if)) return 'its `if` is not the role condition'
  if (job.steps === undefined) return 'it calls another workflow, which no guard precedes'
  const at = job.steps.findIndex((step) => !isPreparation(step))
  const guard = job.steps[at]
  if (guard === undefined || !isGuard(guard)) return 'its first step after the checkout is not the guard'
  if (job.steps.slice(0, at).some(bringsForeignCode)) return 'its guard comes from another repository'
  if (job.steps.slice(at + 1).some((step) => outlives(step, guard))) return 'a step runs even when the guard refuses'
  return whyPowerless(workflow, job, guard)
}

/** The condition alone or joined with `&&` to others, in parentheses then: nothing may widen it. */
function hasCondition(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const plain = expressionOf(value)
  if (plain === ROLE_CONDITION) return true
  return plain.startsWith(`(${ROLE_CONDITION}) && `) && isNarrowed(plain.slice(`(${ROLE_CONDITION}) && `.length))
}

/** Checkouts bring the guard, so that they may stand before it; nothing else may. */
function isPreparation({ uses, run }: WorkflowStep): boolean {
  return run === undefined && /^actions\/(checkout|setup-node)@/.test(uses ?? '')
}

function isGuard(step: WorkflowStep): boolean {
  return step.run?.trim() === GUARD_COMMAND && step.if === undefined && step['continue-on-error'] === undefined
}

/** A step with a status function runs after a failure too, unless it asks for the guard's success first. */
function outlives({ if: condition }: WorkflowStep, { id }: WorkflowStep): boolean {
  if (typeof condition !== 'string') return false
  const plain = expressionOf(condition)
  const asked = ['success()', ...(id === undefined ? [] : [`steps.${id}.outcome == 'success'`])]
  if (asked.some((text) => plain === text || (plain.startsWith(`${text} && `) && isNarrowed(plain)))) return false
  return /\b(?:always|failure|cancelled|success)\s*\(/i.test(plain)
}

/** Only `&&`, and one expression alone: several of them make a text, which is always true. */
function isNarrowed(rest: string): boolean {
  return !rest.includes('||') && !rest.includes('}}')
}

function expressionOf(value: string): string {
  const text = value.trim().replace(/^\$\{\{\s*(.*?)\s*\}\}$/s, '$1')
  return text.replaceAll(/\s+/g, ' ').trim()
}
