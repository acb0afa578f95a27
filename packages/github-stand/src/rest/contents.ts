import { CONTENT_INLINE_MAX_BYTES } from '../constants.js'
import { HttpFailure, notFound } from '../errors.js'
import { listTree, readBlob, type TreeEntry } from '../git/objects.js'
import { type ApiAnswer, ok, type RepositoryCall, type RepositoryRoute } from './route.js'

const READ = { permission: 'contents', access: 'read' } as const
/** GitHub breaks base64 into lines of this length. */
const LINE = 60

export const CONTENT_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', path: '/contents', need: READ, handle: contents },
  { method: 'GET', path: '/contents/*', need: READ, handle: contents },
]

async function contents(call: RepositoryCall): Promise<ApiAnswer> {
  const path = (call.params['*'] ?? '').replace(/\/+$/, '')
  const ref = call.query.ref ?? call.repository.defaultBranch
  const commit = await commitFor(call, ref)
  if (path === '') return await folder(call, commit, '', ref)
  const [entry] = await listTree(call.repository.path, commit, path)
  if (entry === undefined) throw notFound()
  return entry.type === 'tree' ? await folder(call, commit, `${path}/`, ref) : await file(call, entry, ref)
}

async function commitFor({ repository, query }: RepositoryCall, ref: string): Promise<string> {
  const commit = await repository.tip(ref)
  if (commit !== undefined) return commit
  throw new HttpFailure(
    404,
    query.ref === undefined ? 'This repository is empty.' : `No commit found for the ref ${ref}`,
  )
}

async function folder(call: RepositoryCall, commit: string, path: string, ref: string): Promise<ApiAnswer> {
  const entries = await listTree(call.repository.path, commit, path)
  return ok(entries.map((entry) => view(call, entry, ref)))
}

async function file(call: RepositoryCall, entry: TreeEntry, ref: string): Promise<ApiAnswer> {
  const bytes = await readBlob(call.repository.path, entry.oid)
  if (call.accept.includes('raw')) return raw(bytes)
  const isInline = entry.size <= CONTENT_INLINE_MAX_BYTES
  const content = isInline ? inLines(bytes.toString('base64')) : ''
  return ok({ ...view(call, entry, ref), content, encoding: isInline ? 'base64' : 'none' })
}

function raw(body: Buffer): ApiAnswer {
  return { status: 200, body, contentType: 'application/vnd.github.raw+json; charset=utf-8' }
}

function inLines(text: string): string {
  return text.replaceAll(new RegExp(`.{1,${LINE}}`, 'g'), '$&\n')
}

function view({ repository, urls }: RepositoryCall, entry: TreeEntry, ref: string): Record<string, unknown> {
  const type = entry.type === 'tree' ? 'dir' : 'file'
  const url = `${urls.repository(repository, `/contents/${encodeURI(entry.path)}`)}?ref=${encodeURIComponent(ref)}`
  const kind = entry.type === 'tree' ? 'tree' : 'blob'
  const git = urls.repository(repository, `/git/${kind}s/${entry.oid}`)
  const html = urls.page(repository, `/${kind}/${ref}/${encodeURI(entry.path)}`)
  return {
    ...{ name: entry.path.split('/').at(-1), path: entry.path, sha: entry.oid, size: entry.size, type },
    ...{ url, git_url: git, html_url: html, _links: { self: url, git, html } },
    download_url: type === 'dir' ? null : urls.page(repository, `/raw/${ref}/${encodeURI(entry.path)}`),
  }
}
