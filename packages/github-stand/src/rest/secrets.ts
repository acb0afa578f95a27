import { z } from 'zod'
import { githubTime } from '../clock.js'
import { notFound } from '../errors.js'
import type { StoredSecret } from '../state/secrets.js'
import { base64, readBody } from './body.js'
import { paged } from './pagination.js'
import { type ApiAnswer, NO_CONTENT, ok, type RepositoryCall, type RepositoryRoute } from './route.js'

const READ = { permission: 'secrets', access: 'read' } as const
const WRITE = { permission: 'secrets', access: 'write' } as const
const putSchema = z.object({ encrypted_value: base64, key_id: z.string() })

/** Secrets go in sealed and never come out. */
export const SECRET_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/actions/secrets', need: READ, handle: list },
  { method: 'GET', path: '/actions/secrets/public-key', need: READ, handle: publicKey },
  { method: 'GET', path: '/actions/secrets/:secret_name', need: READ, handle: one },
  { method: 'PUT', path: '/actions/secrets/:secret_name', need: WRITE, handle: put },
  { method: 'DELETE', path: '/actions/secrets/:secret_name', need: WRITE, handle: remove },
]

function list(call: RepositoryCall): ApiAnswer {
  return paged(call, 'secrets', call.repository.secretStore.list(), view)
}

function publicKey({ repository }: RepositoryCall): ApiAnswer {
  const { keyId, key } = repository.secretStore.publicKey
  return ok({ key_id: keyId, key: Buffer.from(key).toString('base64') })
}

function one({ repository, params }: RepositoryCall): ApiAnswer {
  const secret = repository.secretStore.get(params.secret_name ?? '')
  if (secret === undefined) throw notFound()
  return ok(view(secret))
}

function put({ repository, params, body }: RepositoryCall): ApiAnswer {
  const { encrypted_value, key_id } = readBody(putSchema, body)
  const outcome = repository.secretStore.putSealed(params.secret_name ?? '', key_id, encrypted_value)
  return outcome === 'created' ? { status: 201, body: {} } : NO_CONTENT
}

function remove({ repository, params }: RepositoryCall): ApiAnswer {
  if (!repository.secretStore.delete(params.secret_name ?? '')) throw notFound()
  return NO_CONTENT
}

function view({ name, createdAtMs, updatedAtMs }: StoredSecret): Record<string, string> {
  return { name, created_at: githubTime(createdAtMs), updated_at: githubTime(updatedAtMs) }
}
