import { z } from 'zod'
import { HttpFailure, invalid } from '../errors.js'
import { askGit, runGit } from '../git/run-git.js'
import { readBody } from './body.js'
import { nodeId } from './node-id.js'
import type { ApiAnswer, RepositoryCall, RepositoryRoute } from './route.js'

const schema = z.object({ ref: z.string().regex(/^refs\/[^/]+\/./), sha: z.string().regex(/^[0-9a-f]{40}$/) })

/** A ref made without a push. */
export const GIT_REF_ROUTES: readonly RepositoryRoute[] = [
  { method: 'POST', path: '/git/refs', need: { permission: 'contents', access: 'write' }, handle: create },
]

async function create({ repository, urls, body }: RepositoryCall): Promise<ApiAnswer> {
  const { ref, sha } = readBody(schema, body)
  const refs = await repository.refs()
  if (refs.size === 0) throw new HttpFailure(409, 'Git Repository is empty.')
  if (refs.has(ref)) throw invalid('Reference already exists')
  const type = await askGit(repository.path, ['cat-file', '-t', sha])
  if (type === undefined) throw invalid('Object does not exist')
  await runGit(repository.path, ['update-ref', ref, sha])
  await repository.noticePush()
  const object = { type, sha, url: urls.repository(repository, `/git/${type}s/${sha}`) }
  const url = urls.repository(repository, `/git/${ref}`)
  return { status: 201, body: { ref, node_id: nodeId('Ref', ref), url, object } }
}
