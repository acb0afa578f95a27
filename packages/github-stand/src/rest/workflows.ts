import { githubTime } from '../clock.js'
import { notFound } from '../errors.js'
import type { WorkflowRecord } from '../state/workflows.js'
import { nodeId } from './node-id.js'
import { paged } from './pagination.js'
import { type ApiAnswer, NO_CONTENT, ok, type RepositoryCall, type RepositoryRoute } from './route.js'

const READ = { permission: 'actions', access: 'read' } as const
const WRITE = { permission: 'actions', access: 'write' } as const

export const WORKFLOW_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/actions/workflows', need: READ, handle: list },
  { method: 'GET', path: '/actions/workflows/:workflow_id', need: READ, handle: one },
  { method: 'PUT', path: '/actions/workflows/:workflow_id/enable', need: WRITE, handle: setting('active') },
  { method: 'PUT', path: '/actions/workflows/:workflow_id/disable', need: WRITE, handle: setting('disabled_manually') },
]

/** The workflow that a path names by id or file; throws 404. */
export async function workflowOf({ repository, params }: RepositoryCall): Promise<WorkflowRecord> {
  const workflow = await repository.workflowStore.find(params.workflow_id ?? '')
  if (workflow === undefined) throw notFound()
  return workflow
}

async function list(call: RepositoryCall): Promise<ApiAnswer> {
  return paged(call, 'workflows', await call.repository.workflowStore.list(), (workflow) => view(call, workflow))
}

async function one(call: RepositoryCall): Promise<ApiAnswer> {
  return ok(view(call, await workflowOf(call)))
}

function setting(state: 'active' | 'disabled_manually'): RepositoryRoute['handle'] {
  return async (call) => {
    const { id } = await workflowOf(call)
    call.repository.workflowStore.setState(id, state)
    return NO_CONTENT
  }
}

function view({ repository, urls }: RepositoryCall, workflow: WorkflowRecord): Record<string, unknown> {
  const { id, path, name, state } = workflow
  const file = path.split('/').at(-1)
  return {
    ...{ id, node_id: nodeId('Workflow', id), name, path, state },
    ...{ created_at: githubTime(workflow.createdAtMs), updated_at: githubTime(workflow.updatedAtMs) },
    url: urls.repository(repository, `/actions/workflows/${id}`),
    html_url: urls.page(repository, `/blob/${repository.defaultBranch}/${path}`),
    badge_url: urls.page(repository, `/actions/workflows/${file}/badge.svg`),
  }
}
