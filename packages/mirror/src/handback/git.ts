import { MirrorError } from '../contracts/errors.js'
import type { GitCall, RemoteGit } from '../fence/git-calls.js'

/** A bare repository of our own with access to both sides; each side's refs are fetched below a prefix of its own. */
export interface BothSides {
  readonly primary: RemoteGit
  readonly replica: RemoteGit
}

export type Side = keyof BothSides
export type Tips = ReadonlyMap<string, string>

/** Wide enough for every branch and tag; `refs/montana/*` belongs to the fence. */
const REFS = ['refs/heads/*', 'refs/tags/*']
const AUTHOR = ['-c', 'user.name=montana-mirror', '-c', 'user.email=montana-mirror@montana.invalid']

export async function fetchSide(sides: BothSides, side: Side, signal: AbortSignal): Promise<Tips> {
  const git = sides[side]
  const prefix = `refs/montana/handback/${side}/`
  const specs = REFS.map((pattern) => `+${pattern}:${prefix}${pattern.slice('refs/'.length)}`)
  const flags = ['--quiet', '--prune', '--no-tags', '--no-write-fetch-head']
  await gitText(git, ['fetch', ...flags, '--', git.url, ...specs], { signal })
  const listed = await gitText(git, ['for-each-ref', '--format=%(objectname) %(refname)', prefix], { signal })
  return new Map(
    lines(listed).map((line): [string, string] => {
      const [id = '', name = ''] = line.split(' ')
      return [`refs/${name.slice(prefix.length)}`, id]
    }),
  )
}

/** Whether the history of `tip` contains `ancestor`. */
export async function contains(git: RemoteGit, tip: string, ancestor: string, signal: AbortSignal): Promise<boolean> {
  const { code, stderr } = await git.run(['merge-base', '--is-ancestor', ancestor, tip], { signal })
  if (code === 0 || code === 1) return code === 0
  throw gitError('merge-base', stderr)
}

export interface TrialMerge {
  readonly tree: string
  /** Paths that git could not merge. */
  readonly conflicts: readonly string[]
}

/** On objects alone: nothing is checked out and no ref moves. */
export async function trialMerge(
  git: RemoteGit,
  ours: string,
  theirs: string,
  signal: AbortSignal,
): Promise<TrialMerge> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '--allow-unrelated-histories', '-z']
  const { code, stdout, stderr } = await git.run([...args, ours, theirs], { signal })
  if (code !== 0 && code !== 1) throw gitError('merge-tree', stderr)
  const [tree = '', ...paths] = stdout.split('\0')
  return { tree, conflicts: [...new Set(paths.filter(Boolean))] }
}

/** Null where the commit has no such file. */
export async function fileOf(
  git: RemoteGit,
  commit: string,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const listed = await gitText(git, ['ls-tree', '-z', commit, '--', path], { signal })
  const blob = /^\d+ blob ([0-9a-f]+)\t/.exec(listed)?.[1]
  return blob === undefined ? null : await gitText(git, ['cat-file', 'blob', blob], { signal })
}

/** `tree` with other contents of some files. */
export async function treeWith(
  git: RemoteGit,
  tree: string,
  files: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<string> {
  if (files.size === 0) return tree
  const call = { signal, environment: { GIT_INDEX_FILE: `montana-handback-${tree}` } }
  await gitText(git, ['read-tree', tree], call)
  for (const [path, text] of files) {
    const blob = (await gitText(git, ['hash-object', '-w', '--stdin'], { signal, input: text })).trim()
    await gitText(git, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], call)
  }
  return (await gitText(git, ['write-tree'], call)).trim()
}

export async function commitMerge(
  git: RemoteGit,
  tree: string,
  parents: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const args = [...AUTHOR, 'commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])]
  const input = 'Mirror: hand-back, both histories united\n'
  return (await gitText(git, args, { signal, input })).trim()
}

export interface RefMove {
  readonly ref: string
  readonly tip: string
  /** The tip that the side must have; '' = must not exist. */
  readonly lease: string
}

/** All or none, each under its lease. Throws MirrorError EPOCH_LOST when a tip has moved in between. */
export async function pushMoves(git: RemoteGit, moves: readonly RefMove[], signal: AbortSignal): Promise<void> {
  if (moves.length === 0) return
  const leases = moves.map(({ ref, lease }) => `--force-with-lease=${ref}:${lease}`)
  const specs = moves.map(({ ref, tip }) => `${tip}:${ref}`)
  const args = ['push', '--porcelain', '--atomic', ...leases, '--', git.url, ...specs]
  const { code, stdout, stderr } = await git.run(args, { signal })
  if (code === 0) return
  const words = `${stdout}\n${stderr}`
  if (!/stale info|fetch first|non-fast-forward|cannot lock ref|already exists/.test(words))
    throw gitError('push', words)
  throw new MirrorError('EPOCH_LOST', 'a branch moved while the histories were united; nothing was written', {
    remedy: 'run it again: it plans anew from the tips as they are now',
  })
}

export async function gitText(git: RemoteGit, args: readonly string[], call: GitCall): Promise<string> {
  const { code, stdout, stderr } = await git.run(args, call)
  if (code === 0) return stdout
  throw gitError(args[0] ?? 'git', stderr)
}

function gitError(command: string, words: string): MirrorError {
  return new MirrorError('GIT_FAILED', `git ${command} failed: ${words.trim().slice(0, 300)}`, {
    remedy: 'read the words of git; nothing that it had not finished was kept',
  })
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean)
}
