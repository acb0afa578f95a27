import { githubTime } from '../clock.js'
import { notFound } from '../errors.js'
import { readCommit } from '../git/objects.js'
import type { Run } from '../state/runs.js'
import { nodeId } from './node-id.js'
import { paged } from './pagination.js'
import { minimalRepositoryView } from './repository-view.js'
import { type ApiAnswer, ok, type RepositoryCall, type RepositoryRoute } from './route.js'
import { userView } from './user-views.js'
import { workflowOf } from './workflows.js'

const READ = { permission: 'actions', access: 'read' } as const
const WRITE = { permission: 'actions', access: 'write' } as const

export const RUN_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/actions/runs', need: READ, handle: (call) => list(call, call.repository.runs.list()) },
  { method: 'GET', path: '/actions/runs/:run_id', need: READ, handle: one },
  { method: 'GET', path: '/actions/workflows/:workflow_id/runs', need: READ, handle: ofWorkflow },
  { method: 'POST', path: '/actions/runs/:run_id/cancel', need: WRITE, handle: cancel },
]

async function ofWorkflow(call: RepositoryCall): Promise<ApiAnswer> {
  const { id } = await workflowOf(call)
  const runs = call.repository.runs.list().filter(({ workflow }) => workflow.id === id)
  return await list(call, runs)
}

async function list(call: RepositoryCall, runs: readonly Run[]): Promise<ApiAnswer> {
  const fitting = runs.filter((run) => fits(call, run))
  const commits = await headCommits(call, fitting)
  return paged(call, 'workflow_runs', fitting, (run) => view(call, run, commits.get(run.commit)))
}

/** The filters of the query that the stand knows. */
function fits({ query }: RepositoryCall, { status, conclusion, event, branch, commit, actor }: Run): boolean {
  return (
    (query.status === undefined || query.status === status || query.status === conclusion) &&
    (query.event === undefined || query.event === event) &&
    (query.branch === undefined || query.branch === branch) &&
    (query.head_sha === undefined || query.head_sha === commit) &&
    (query.actor === undefined || query.actor === actor)
  )
}

async function one(call: RepositoryCall): Promise<ApiAnswer> {
  const run = runOf(call)
  const commits = await headCommits(call, [run])
  return ok(view(call, run, commits.get(run.commit)))
}

function cancel(call: RepositoryCall): ApiAnswer {
  call.repository.runs.cancel(runOf(call).id)
  return { status: 202, body: {} }
}

function runOf({ repository, params }: RepositoryCall): Run {
  const run = repository.runs.get(Number(params.run_id))
  if (run === undefined) throw notFound()
  return run
}

/** GitHub's `simple-commit` for each commit at which a run started; one that a rewrite has swept away is left out. */
async function headCommits({ repository }: RepositoryCall, runs: readonly Run[]): Promise<Map<string, unknown>> {
  const commits = new Map<string, unknown>()
  for (const id of new Set(runs.map(({ commit }) => commit))) {
    const facts = await readCommit(repository.path, id).catch(() => undefined)
    if (facts === undefined) continue
    const [author, committer] = [facts.author, facts.committer].map(({ name, email }) => ({ name, email }))
    const { tree: tree_id, message } = facts
    commits.set(id, { id, tree_id, message, timestamp: facts.committer.date, author, committer })
  }
  return commits
}

function view(call: RepositoryCall, run: Run, headCommit: unknown = null): Record<string, unknown> {
  const { repository, urls, parts } = call
  const minimal = minimalRepositoryView(repository, urls)
  const actor = userView(parts.accounts.get(run.actor), urls)
  return {
    ...{ id: run.id, node_id: nodeId('WorkflowRun', run.id), name: run.workflow.name, display_title: run.title },
    ...{ head_branch: run.branch, head_sha: run.commit, head_commit: headCommit, path: run.workflow.path },
    ...{ run_number: run.runNumber, run_attempt: 1, event: run.event, status: run.status, conclusion: run.conclusion },
    ...{ workflow_id: run.workflow.id, pull_requests: [], actor, triggering_actor: actor },
    ...{ created_at: githubTime(run.createdAtMs), updated_at: githubTime(run.updatedAtMs) },
    ...{ run_started_at: githubTime(run.createdAtMs), repository: minimal, head_repository: minimal },
    ...links(call, run),
  }
}

function links({ repository, urls }: RepositoryCall, { id, workflow }: Run): Record<string, string> {
  const rest = `/actions/runs/${id}`
  const url = urls.repository(repository, rest)
  return {
    ...{ url, html_url: urls.page(repository, rest), jobs_url: `${url}/jobs`, logs_url: `${url}/logs` },
    ...{ artifacts_url: `${url}/artifacts`, cancel_url: `${url}/cancel`, rerun_url: `${url}/rerun` },
    check_suite_url: urls.repository(repository, `/check-suites/${id}`),
    workflow_url: urls.repository(repository, `/actions/workflows/${workflow.id}`),
  }
}
