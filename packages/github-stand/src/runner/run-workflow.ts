import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GithubStand } from '../stand.js'
import type { StandRepository } from '../state/repository.js'
import type { Run, RunConclusion } from '../state/runs.js'
import { contextsOf, type RunFacts } from './contexts.js'
import { stepExecutor } from './execute.js'
import { runJob, type TemplateJob } from './job.js'
import type { ActionsLibraries } from './libraries.js'
import type { JobOutcome } from './outcome.js'
import { tokenPermissions } from './permissions.js'
import { Scope } from './scope.js'
import { at, type ParsedWorkflow } from './workflow.js'

export interface WorkflowRun {
  readonly libraries: ActionsLibraries
  readonly stand: GithubStand
  readonly repository: StandRepository
  readonly run: Run
  readonly workflow: ParsedWorkflow
  /** Real milliseconds that a minute of `timeout-minutes` lasts. */
  readonly minuteMs: number
  readonly signal: AbortSignal
}

/** GitHub's own, where a job says nothing. */
const DEFAULT_TIMEOUT_MINUTES = 360

/** Runs the jobs of a workflow one after the other, each in a workspace and with a token of its own. */
export async function runJobs(call: WorkflowRun): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = []
  for (const job of call.workflow.template.jobs) outcomes.push(await inWorkspace(call, job, outcomes))
  return outcomes
}

/** Of all jobs: one failure makes it one, and a run in which nothing ran was skipped. */
export function conclusionOf(jobs: readonly JobOutcome[], signal: AbortSignal): RunConclusion {
  if (signal.aborted) return 'cancelled'
  const conclusions = jobs.map(({ conclusion }) => conclusion)
  const first = (['failure', 'cancelled', 'success'] as const).find((one) => conclusions.includes(one))
  return first ?? 'skipped'
}

async function inWorkspace(call: WorkflowRun, job: TemplateJob, before: readonly JobOutcome[]): Promise<JobOutcome> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'stand-runner-')))
  const [workspace, temporary] = [join(folder, 'work'), join(folder, 'temp')]
  await Promise.all([mkdir(workspace), mkdir(temporary)])
  const token = tokenFor(call, job)
  try {
    return await runOne(call, job, before, { ...factsOf(call), token, workspace, temporary })
  } finally {
    call.stand.revokeToken(token)
    await rm(folder, { recursive: true, force: true })
  }
}

async function runOne(call: WorkflowRun, job: TemplateJob, before: readonly JobOutcome[], facts: RunFacts) {
  const { libraries, workflow, stand, repository } = call
  const jobToken = at(workflow.root, ['jobs', job.id.toString()], libraries)
  const needed = before.filter(({ id }) => job.needs?.some((need) => need.toString() === id))
  const needs = Object.fromEntries(needed.map(({ id, conclusion }) => [id, { result: conclusion }]))
  // A job whose need was skipped is skipped with it: `success()` asks for success.
  const hasFailed = needed.some(({ conclusion }) => conclusion !== 'success')
  const top = new Scope(libraries, contextsOf(facts)).with({ needs }, { hasFailed, isCancelled: call.signal.aborted })
  const scope = top.with({ env: top.record(workflow.template.env) })
  const execute = stepExecutor({ facts, cloneUrl: stand.gitUrl(repository.id) })
  const timeout = AbortSignal.timeout(timeoutOf(call, jobToken, scope))
  const signal = AbortSignal.any([call.signal, timeout])
  const outcome = await runJob({ libraries, job, token: jobToken, scope, execute, signal })
  return timeout.aborted && !call.signal.aborted ? { ...outcome, conclusion: 'cancelled' as const } : outcome
}

function factsOf({ run, repository, stand }: WorkflowRun) {
  return { run, repository, serverUrl: stand.url, apiUrl: stand.enterpriseApiUrl }
}

function tokenFor({ stand, repository, workflow, libraries }: WorkflowRun, job: TemplateJob): string {
  const ofJob = at(workflow.root, ['jobs', job.id.toString(), 'permissions'], libraries)
  const token = ofJob ?? at(workflow.root, ['permissions'], libraries)
  return stand.createWorkflowToken(repository.id, tokenPermissions(token, libraries))
}

function timeoutOf({ libraries, minuteMs }: WorkflowRun, job: ReturnType<typeof at>, scope: Scope): number {
  const token = at(job, ['timeout-minutes'], libraries)
  const minutes = token === undefined ? DEFAULT_TIMEOUT_MINUTES : Number(scope.text(token))
  return minutes * minuteMs
}
