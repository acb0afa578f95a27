import { HttpFailure, invalid, notFound } from '../errors.js'
import { type CommitFacts, readCommit } from '../git/objects.js'
import { askGit } from '../git/run-git.js'
import { nodeId } from './node-id.js'
import { type ApiAnswer, ok, type RepositoryCall, type RepositoryRoute } from './route.js'

const READ = { permission: 'contents', access: 'read' } as const

export const COMMIT_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/commits/*', need: READ, handle: commit },
  { method: 'GET', path: '/git/ref/*', need: READ, handle: ref },
]

/** By branch, tag, `heads/<branch>`, full ref or id. */
async function commit(call: RepositoryCall): Promise<ApiAnswer> {
  const { repository, params, accept } = call
  const wanted = params['*'] ?? ''
  if ((await repository.refs()).size === 0) throw new HttpFailure(409, 'Git Repository is empty.')
  const id = await repository.tip(wanted)
  if (id === undefined) throw invalid(`No commit found for SHA: ${wanted}`)
  if (accept.includes('sha')) return { status: 200, body: id, contentType: 'application/vnd.github.sha; charset=utf-8' }
  return ok(view(call, await readCommit(repository.path, id)))
}

async function ref({ repository, urls, params }: RepositoryCall): Promise<ApiAnswer> {
  const name = `refs/${params['*'] ?? ''}`
  const sha = (await repository.refs()).get(name)
  if (sha === undefined) throw notFound()
  const type = (await askGit(repository.path, ['cat-file', '-t', sha])) ?? 'commit'
  const object = { type, sha, url: urls.repository(repository, `/git/${type}s/${sha}`) }
  const url = urls.repository(repository, `/git/${name}`)
  return ok({ ref: name, node_id: nodeId('Ref', name), url, object })
}

/** GitHub's `commit`, without statistics and files. */
function view({ repository, urls }: RepositoryCall, facts: CommitFacts): Record<string, unknown> {
  const { oid, author, committer, message, tree } = facts
  const url = urls.repository(repository, `/commits/${oid}`)
  const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  return {
    ...{ sha: oid, node_id: nodeId('Commit', oid), url, html_url: urls.page(repository, `/commit/${oid}`) },
    ...{ comments_url: `${url}/comments`, author: null, committer: null },
    commit: {
      ...{ author, committer, message, comment_count: 0, verification },
      url: urls.repository(repository, `/git/commits/${oid}`),
      tree: { sha: tree, url: urls.repository(repository, `/git/trees/${tree}`) },
    },
    parents: facts.parents.map((sha) => ({
      ...{ sha, url: urls.repository(repository, `/commits/${sha}`) },
      html_url: urls.page(repository, `/commit/${sha}`),
    })),
  }
}
