import type { WorkflowTemplate } from '@actions/workflow-parser'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import type { ActionsLibraries } from './libraries.js'
import type { JobOutcome, StepOutcome } from './outcome.js'
import type { Scope } from './scope.js'
import { at } from './workflow.js'

export type TemplateJob = WorkflowTemplate['jobs'][number]

/** One step with what its file says about it. */
export interface StepCall {
  readonly what: string
  readonly isCommand: boolean
  readonly environment: Readonly<Record<string, string>>
  readonly inputs: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface StepResults {
  readonly outputs?: Record<string, string>
  /** What the step wrote to `GITHUB_ENV`: for the steps after it, above the `env` of the job. */
  readonly exported?: Record<string, string>
}

export type StepExecutor = (call: StepCall) => Promise<Omit<StepOutcome, 'what'> & StepResults>

export interface JobRun {
  readonly libraries: ActionsLibraries
  readonly job: TemplateJob
  /** The job's mapping in the file: the converted form leaves `with` and `timeout-minutes` out. */
  readonly token: TemplateToken | undefined
  /** With `env` of the workflow. */
  readonly scope: Scope
  readonly execute: StepExecutor
  readonly signal: AbortSignal
}

/** Runs one job: its condition, then its steps one after the other. */
export async function runJob({ libraries, job, token, scope, execute, signal }: JobRun): Promise<JobOutcome> {
  const id = job.id.toString()
  if (!scope.isTrue(job.if.expression)) return { id, conclusion: 'skipped', steps: [] }
  if (job.type !== 'job') return { id, conclusion: 'failure', steps: [] }
  let jobEnvironment = { ...record(scope.contexts.env), ...scope.record(job.env) }
  const steps: StepOutcome[] = []
  const known: Record<string, { outputs: Record<string, string>; outcome: string }> = {}
  let hasFailed = false
  for (const [index, step] of job.steps.entries()) {
    const status = { hasFailed, isCancelled: signal.aborted }
    const inner = scope.with({ env: jobEnvironment, steps: known, job: { status: statusWord(status) } }, status)
    const { outcome, outputs, exported } = await runStep({
      libraries,
      step,
      token: stepToken(token, index, libraries),
      inner,
      execute,
      signal,
    })
    steps.push(outcome)
    jobEnvironment = { ...jobEnvironment, ...exported }
    known[step.id] = { outputs, outcome: outcome.conclusion }
    hasFailed ||= outcome.conclusion === 'failure' && !continues(step)
  }
  return { id, conclusion: statusWord({ hasFailed, isCancelled: signal.aborted }), steps }
}

type TemplateStep = Extract<TemplateJob, { type: 'job' }>['steps'][number]

interface StepRun extends Pick<JobRun, 'libraries' | 'execute' | 'signal'> {
  readonly step: TemplateStep
  readonly token: TemplateToken | undefined
  readonly inner: Scope
}

async function runStep(call: StepRun): Promise<{ outcome: StepOutcome } & Required<StepResults>> {
  const { libraries, step, token, inner, execute, signal } = call
  const isCommand = 'run' in step
  const what = isCommand ? inner.text(step.run) : 'uses' in step ? step.uses.toString() : step.id
  const skipped: StepOutcome = { what, conclusion: 'skipped', exitCode: null, output: '' }
  if (step.if !== undefined && !inner.isTrue(step.if.expression)) return { outcome: skipped, outputs: {}, exported: {} }
  const own = 'env' in step ? step.env : undefined
  const environment = { ...record(inner.contexts.env), ...inner.record(own) }
  const inputs = inner.record(at(token, ['with'], libraries))
  const { outputs = {}, exported = {}, ...outcome } = await execute({ what, isCommand, environment, inputs, signal })
  return { outcome: { what, ...outcome }, outputs, exported }
}

function stepToken(job: TemplateToken | undefined, index: number, libraries: ActionsLibraries) {
  const steps = at(job, ['steps'], libraries)
  return steps !== undefined && libraries.parser.isSequence(steps) ? steps.get(index) : undefined
}

function continues(step: TemplateStep): boolean {
  return 'continue-on-error' in step && String(step['continue-on-error']) === 'true'
}

function statusWord({ hasFailed, isCancelled }: { hasFailed: boolean; isCancelled: boolean }) {
  if (isCancelled) return 'cancelled'
  return hasFailed ? 'failure' : 'success'
}

function record(value: unknown): Record<string, string> {
  return { ...(value as Record<string, string> | undefined) }
}
