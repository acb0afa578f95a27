import { parseExactJson } from '@montana/foundation'
import type { Role } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { RemoteGit } from '../fence/git-calls.js'

export interface Marker {
  readonly role: Role
  readonly epoch: number
}

/** How often a tip that moved in between is followed. */
const ATTEMPTS_MAX = 3
const STATE_BYTES_MAX = 8 * 2 ** 20
const AUTHOR = ['-c', 'user.name=montana-mirror', '-c', 'user.email=montana-mirror@montana.invalid']

/**
 * Rewrites `mirrors.self_role` and `mirrors.epoch` of the state file at the tip of `branch` by a commit of its own, with
 * the tip as lease. Returns the commit, or the tip where the marker already says so. Spec 4.2 and 11.1 step 6.
 */
export async function commitMarker(
  git: RemoteGit,
  place: { readonly branch: string; readonly file: string },
  marker: Marker,
  signal: AbortSignal,
): Promise<string> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const tip = await fetchTip(git, place.branch, signal)
    const before = await text(git, ['cat-file', 'blob', `${tip}:${place.file}`], signal)
    const after = withMarker(before, marker)
    if (after === before) return tip
    const commit = await commitFile(git, { tip, file: place.file, text: after, message: messageOf(marker) }, signal)
    if (await pushed(git, { branch: place.branch, tip, commit }, signal)) return commit
  }
  throw new MirrorError('BUSY', `the tip of ${place.branch} moves faster than it can be followed`, {
    remedy: 'try again when nothing else pushes',
  })
}

/** Every other field and the order of keys survive. Throws MirrorError STATE_UNREADABLE. */
export function withMarker(json: string, { role, epoch }: Marker): string {
  const state = parseState(json)
  const mirrors = isObject(state.mirrors) ? state.mirrors : {}
  if (mirrors.self_role === role && mirrors.epoch === epoch) return json
  return `${JSON.stringify({ ...state, mirrors: { schema: 2, ...mirrors, self_role: role, epoch } }, null, 2)}\n`
}

function parseState(json: string): Record<string, unknown> {
  const state = json.length > STATE_BYTES_MAX ? undefined : jsonOf(json)
  if (isObject(state)) return state
  throw new MirrorError('STATE_UNREADABLE', 'the state file holds no JSON object', {
    remedy: 'mend it in the repository; it is left as it is',
  })
}

async function fetchTip(git: RemoteGit, branch: string, signal: AbortSignal): Promise<string> {
  const local = `refs/montana/marker/${branch}`
  const flags = ['--quiet', '--no-tags', '--no-write-fetch-head']
  await text(git, ['fetch', ...flags, '--', git.url, `+refs/heads/${branch}:${local}`], signal)
  return (await text(git, ['rev-parse', '--verify', `${local}^{commit}`], signal)).trim()
}

interface FileCommit {
  readonly tip: string
  readonly file: string
  readonly text: string
  readonly message: string
}

/** In an index that no work tree has: the tree of the tip with one other file. */
async function commitFile(git: RemoteGit, change: FileCommit, signal: AbortSignal): Promise<string> {
  const environment = { GIT_INDEX_FILE: `montana-marker-${change.tip}` }
  const blob = (await text(git, ['hash-object', '-w', '--stdin'], signal, { input: change.text })).trim()
  await text(git, ['read-tree', change.tip], signal, { environment })
  await text(git, ['update-index', '--add', '--cacheinfo', `100644,${blob},${change.file}`], signal, { environment })
  const tree = (await text(git, ['write-tree'], signal, { environment })).trim()
  const args = [...AUTHOR, 'commit-tree', tree, '-p', change.tip]
  return (await text(git, args, signal, { input: change.message })).trim()
}

async function pushed(
  git: RemoteGit,
  { branch, tip, commit }: { readonly branch: string; readonly tip: string; readonly commit: string },
  signal: AbortSignal,
): Promise<boolean> {
  const lease = `--force-with-lease=refs/heads/${branch}:${tip}`
  const args = ['push', '--porcelain', '--atomic', lease, '--', git.url, `${commit}:refs/heads/${branch}`]
  const { code, stdout, stderr } = await git.run(args, { signal })
  if (code === 0) return true
  const words = `${stdout}\n${stderr}`
  if (/stale info|fetch first|non-fast-forward|cannot lock ref/.test(words)) return false
  throw refusedBy(words)
}

interface Input {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

async function text(git: RemoteGit, args: readonly string[], signal: AbortSignal, rest: Input = {}): Promise<string> {
  const { code, stdout, stderr } = await git.run(args, { signal, ...rest })
  if (code === 0) return stdout
  throw refusedBy(stderr)
}

function refusedBy(words: string): MirrorError {
  return new MirrorError('GIT_FAILED', `the state marker cannot be committed: ${words.trim().slice(0, 300)}`, {
    remedy: 'see whether the credential may write contents of this repository',
  })
}

function messageOf({ role, epoch }: Marker): string {
  return `Mirror: ${role} in epoch ${epoch}\n`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonOf(json: string): unknown {
  try {
    return parseExactJson(json)
  } catch {
    return undefined
  }
}
