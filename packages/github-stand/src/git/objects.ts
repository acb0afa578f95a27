import { askGit, runGit } from './run-git.js'

export interface TreeEntry {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly oid: string
  /** Bytes; 0 for folders. */
  readonly size: number
  readonly path: string
}

export interface CommitPerson {
  readonly name: string
  readonly email: string
  /** RFC 3339. */
  readonly date: string
}

export interface CommitFacts {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: CommitPerson
  readonly committer: CommitPerson
  readonly message: string
}

/** Full ref name to object id, `HEAD` left out. */
export async function readRefs(repository: string): Promise<Map<string, string>> {
  const text = (await runGit(repository, ['for-each-ref', '--format=%(refname) %(objectname)'])).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']))
}

/** The full commit id that a branch, tag, full ref or id names; undefined when there is none. */
export async function resolveCommit(repository: string, ref: string): Promise<string | undefined> {
  if (ref.startsWith('-')) return undefined
  return await askGit(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
}

export async function readCommit(repository: string, oid: string): Promise<CommitFacts> {
  const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B'
  const text = (await runGit(repository, ['show', '--no-patch', `--format=${format}`, oid])).toString('utf8')
  const [id = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...rest] =
    text.split('\0')
  const author = { name: an, email: ae, date: ad }
  const committer = { name: cn, email: ce, date: cd }
  return {
    oid: id,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author,
    committer,
    message: rest.join('').trim(),
  }
}

/** What stands at `path` of a commit (folders: their entries when `path` ends in `/`). */
export async function listTree(repository: string, commit: string, path: string): Promise<TreeEntry[]> {
  const paths = path === '' ? [] : ['--', path]
  const text = (await runGit(repository, ['ls-tree', '-z', '--long', commit, ...paths])).toString('utf8')
  return text.split('\0').filter(Boolean).map(parseEntry)
}

function parseEntry(line: string): TreeEntry {
  const [facts = '', path = ''] = line.split('\t')
  const [mode = '', type = '', oid = '', size = '-'] = facts.split(/ +/)
  return { mode, type: type as TreeEntry['type'], oid, size: size === '-' ? 0 : Number(size), path }
}

export async function readBlob(repository: string, oid: string): Promise<Buffer> {
  return await runGit(repository, ['cat-file', 'blob', oid])
}
