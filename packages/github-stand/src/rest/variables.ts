import { z } from 'zod'
import { githubTime } from '../clock.js'
import { VARIABLES_PER_PAGE_DEFAULT, VARIABLES_PER_PAGE_MAX } from '../constants.js'
import { notFound } from '../errors.js'
import type { StoredVariable } from '../state/variables.js'
import { readBody } from './body.js'
import { paged } from './pagination.js'
import { type ApiAnswer, NO_CONTENT, ok, type RepositoryCall, type RepositoryRoute } from './route.js'

const READ = { permission: 'variables', access: 'read' } as const
const WRITE = { permission: 'variables', access: 'write' } as const
const PAGE = { standard: VARIABLES_PER_PAGE_DEFAULT, max: VARIABLES_PER_PAGE_MAX }
const createSchema = z.object({ name: z.string(), value: z.string() })
const updateSchema = z.object({ name: z.string().optional(), value: z.string().optional() })

/** There is no PUT: POST creates and PATCH changes. */
export const VARIABLE_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/actions/variables', need: READ, handle: list },
  { method: 'GET', path: '/actions/variables/:name', need: READ, handle: one },
  { method: 'POST', path: '/actions/variables', need: WRITE, handle: create },
  { method: 'PATCH', path: '/actions/variables/:name', need: WRITE, handle: update },
  { method: 'DELETE', path: '/actions/variables/:name', need: WRITE, handle: remove },
]

function list(call: RepositoryCall): ApiAnswer {
  return paged(call, 'variables', call.repository.variableStore.list(), view, PAGE)
}

function one({ repository, params }: RepositoryCall): ApiAnswer {
  const variable = repository.variableStore.get(params.name ?? '')
  if (variable === undefined) throw notFound()
  return ok(view(variable))
}

function create({ repository, body }: RepositoryCall): ApiAnswer {
  const { name, value } = readBody(createSchema, body)
  repository.variableStore.create(name, value)
  return { status: 201, body: {} }
}

function update({ repository, params, body }: RepositoryCall): ApiAnswer {
  repository.variableStore.update(params.name ?? '', readBody(updateSchema, body))
  return NO_CONTENT
}

function remove({ repository, params }: RepositoryCall): ApiAnswer {
  if (!repository.variableStore.delete(params.name ?? '')) throw notFound()
  return NO_CONTENT
}

function view({ name, value, createdAtMs, updatedAtMs }: StoredVariable): Record<string, string> {
  return { name, value, created_at: githubTime(createdAtMs), updated_at: githubTime(updatedAtMs) }
}
