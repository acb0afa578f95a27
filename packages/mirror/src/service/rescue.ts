import { MirrorError } from '../contracts/errors.js'
import { atTarget, gitText, tryGit } from '../push/git.js'
import { divergenceOf } from '../push/relations.js'
import { listRescueRefs, type RescueRef } from '../push/rescue.js'
import type { Reached } from './parts.js'

export interface ShownRescue extends RescueRef {
  /** Where it is in the source from now on: `git log`, `git merge` and `git branch` take it by this name. */
  readonly local: string
  readonly author: string | null
  readonly committedAt: string | null
  readonly subject: string | null
  /** Commits that only HEAD of the source has, and that only the rescue ref has. */
  readonly ahead: number | null
  readonly behind: number | null
}

const FETCH_TIMEOUT_MS = 10 * 60_000
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-prune', '--no-write-fetch-head', '--no-auto-maintenance']
const TEXT_MAX_CHARS = 200

/** What earlier pushes kept on this target. Spec repository-mirror 7.3. */
export async function rescuesOf(
  source: string,
  { provider }: Reached,
  signal: AbortSignal,
): Promise<readonly RescueRef[]> {
  return await listRescueRefs({ source, access: await provider.gitAccess(signal), signal })
}

/**
 * Fetches one rescue ref into `refs/montana/targets/<id>/` of the source, from where its work can be merged, and says
 * whose it is. No branch of the source moves. Throws NAME_INVALID where the target has none of this name.
 */
export async function fetchRescue(
  source: string,
  reached: Reached,
  ref: string,
  signal: AbortSignal,
): Promise<ShownRescue> {
  const found = (await rescuesOf(source, reached, signal)).find((rescue) => rescue.ref === ref)
  if (found === undefined) throw unknownRef(ref)
  const local = `refs/montana/targets/${reached.target.name}/${ref.slice('refs/'.length)}`
  const access = await reached.provider.gitAccess(signal)
  const call = { folder: source, access, signal, timeoutMs: FETCH_TIMEOUT_MS }
  const { code, words } = await atTarget(call, [...FETCH, '--refmap=', '--', access.url, `+${ref}:${local}`])
  if (code !== 0) throw notFetched(words)
  return { ...found, local, ...(await describeCommit(source, local, signal)) }
}

async function describeCommit(folder: string, local: string, signal: AbortSignal) {
  const call = { folder, signal }
  const format = '--format=%an <%ae>%x00%cI%x00%s'
  const [author, committedAt, subject] = (await gitText(call, ['log', '--no-walk', format, local, '--'])).split('\0')
  const head = await tryGit(call, ['rev-parse', '--verify', 'HEAD^{commit}'])
  const remote = (await gitText(call, ['rev-parse', '--verify', `${local}^{commit}`])).trim()
  const { ahead, behind } =
    head === null ? { ahead: null, behind: null } : await divergenceOf(call, { ref: local, local: head.trim(), remote })
  return { author: shown(author), committedAt: shown(committedAt), subject: shown(subject), ahead, behind }
}

/** Words that a stranger chose, for a terminal. */
function shown(text: string | undefined): string | null {
  const plain = text
    ?.replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX_CHARS)
  return plain === undefined || plain === '' ? null : plain
}

function unknownRef(ref: string): MirrorError {
  return new MirrorError('NAME_INVALID', `the target has no rescue ref ${ref}`, {
    remedy: 'Run: montana mirror rescue list',
    exitCode: 2,
  })
}

function notFetched(words: string): MirrorError {
  return new MirrorError(
    'TARGET_UNREACHABLE',
    `the rescue ref was not fetched: ${words.trim().slice(0, TEXT_MAX_CHARS)}`,
    {
      remedy: 'try again; the ref stays on the target',
    },
  )
}
