import { z } from 'zod'
import { INPUTS_MAX } from '../constants.js'
import { HttpFailure, invalid } from '../errors.js'
import type { Run } from '../state/runs.js'
import type { WorkflowFile, WorkflowInput } from '../state/workflow-file.js'
import type { WorkflowRecord } from '../state/workflows.js'
import { readBody } from './body.js'
import { type ApiAnswer, NO_CONTENT, ok, type RepositoryCall, type RepositoryRoute } from './route.js'
import { workflowOf } from './workflows.js'

const schema = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  return_run_details: z.boolean().optional(),
})
type Inputs = Readonly<Record<string, string>>

export const DISPATCH_ROUTES: readonly RepositoryRoute[] = [
  {
    method: 'POST',
    path: '/actions/workflows/:workflow_id/dispatches',
    need: { permission: 'actions', access: 'write' },
    handle: dispatch,
  },
]

async function dispatch(call: RepositoryCall): Promise<ApiAnswer> {
  const { ref, inputs, return_run_details } = readBody(schema, call.body)
  refuseUnknownKey(call, return_run_details)
  const workflow = await workflowOf(call)
  refuseIdle(call, workflow)
  const branch = ref.replace(/^refs\/(?:heads|tags)\//, '')
  const commit = await call.repository.tip(ref)
  if (commit === undefined) throw invalid(`No ref found for: ${ref}`)
  const run = startRun(call, workflow, { branch, commit, inputs: checkedInputs(workflow.file, inputs) })
  return return_run_details ? ok(details(call, run)) : NO_CONTENT
}

/** An Enterprise Server up to 3.19 does not know the key. Spec repository-mirror 6.3. */
function refuseUnknownKey({ parts }: RepositoryCall, value: boolean | undefined): void {
  if (parts.options.product !== 'ghes' || value === undefined) return
  throw invalid('Invalid request.\n\n"return_run_details" is not a permitted key.')
}

function refuseIdle({ repository }: RepositoryCall, workflow: WorkflowRecord): void {
  if (!repository.isActionsEnabled) throw invalid('Actions has been disabled for this repository.')
  if (workflow.state !== 'active') throw invalid("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
  if (workflow.file?.inputs === undefined) throw invalid("Workflow does not have 'workflow_dispatch' trigger")
}

function checkedInputs(file: WorkflowFile | undefined, given: Inputs): Inputs {
  const declared = file?.inputs ?? {}
  const unknown = Object.keys(given).filter((name) => !(name in declared))
  if (Object.keys(given).length > INPUTS_MAX) throw invalid(`There can be at most ${INPUTS_MAX} inputs`)
  if (unknown.length > 0) throw new HttpFailure(422, `Unexpected inputs provided: ${JSON.stringify(unknown)}`)
  const values = Object.entries(declared).map(([name, rule]) => [name, inputValue(name, rule, given[name])])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function inputValue(name: string, rule: WorkflowInput, given: string | undefined): string | undefined {
  const value = given ?? rule.default
  if (rule.required && (value === undefined || value === '')) throw invalid(`Required input '${name}' not provided`)
  if (value !== undefined && rule.options && !rule.options.includes(value)) {
    throw invalid(`Provided value for input '${name}' not in the list of allowed values`)
  }
  return value
}

function startRun(
  { repository, credential }: RepositoryCall,
  workflow: WorkflowRecord,
  start: Pick<Run, 'branch' | 'commit' | 'inputs'>,
): Run {
  const title = titleOf(workflow, start.inputs)
  const actor = credential?.account ?? repository.owner
  return repository.runs.create({ ...start, workflow, title, actor, event: 'workflow_dispatch' })
}

/** Inputs in `run-name`, by which a run can be found without its id; other expressions stay as they are written. */
function titleOf({ name, file }: WorkflowRecord, inputs: Inputs): string {
  const pattern = /\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*\}\}/g
  return file?.runName?.replaceAll(pattern, (_, input: string) => inputs[input] ?? '') ?? name
}

function details({ repository, urls }: RepositoryCall, { id }: Run): Record<string, unknown> {
  const rest = `/actions/runs/${id}`
  return { workflow_run_id: id, run_url: urls.repository(repository, rest), html_url: urls.page(repository, rest) }
}
