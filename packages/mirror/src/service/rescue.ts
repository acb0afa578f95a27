import { MirrorError } from '../contracts/errors.js'
import type { GitAccess } from '../contracts/provider.js'
import { withBorrowed } from '../push/borrowed.js'
import { copiesOf, pruneCopies } from '../push/copies.js'
import { fetchForeign, foreignRef } from '../push/foreign.js'
import { gitText, type SourceCall, tryGit } from '../push/git.js'
import { RESCUED_MAX_BYTES } from '../push/limits.js'
import { divergenceOf } from '../push/relations.js'
import { listRescueRefs, type RescueRef, unknownRef } from '../push/rescue.js'
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
  const { name } = reached.target
  const local = `${copiesOf(name)}${ref.slice('refs/'.length)}`
  const call = { folder: source, signal }
  await pruneCopies(call, name)
  await bring(call, await reached.provider.gitAccess(signal), found.tip, local)
  return { ...found, local, ...(await describeCommit(source, local, signal)) }
}

/** Only what came whole, and is not too much, enters the source. */
async function bring(source: SourceCall, access: GitAccess, tip: string, local: string): Promise<void> {
  await withBorrowed(source, async (folder) => {
    const bounds = { timeoutMs: FETCH_TIMEOUT_MS, fileMaxBytes: RESCUED_MAX_BYTES }
    const kept = await fetchForeign({ ...source, ...bounds, folder, access }, [tip])
    if (!kept.has(tip)) throw gone()
    const call = { ...source, environment: { GIT_ALLOW_PROTOCOL: 'file' } }
    await gitText(call, [...FETCH, '--refmap=', '--', folder, `+${foreignRef(tip)}:${local}`])
  })
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

function gone(): MirrorError {
  return new MirrorError('TARGET_ANSWER_INVALID', 'the target lists the rescue ref and does not hand it out', {
    remedy: 'try again; the ref stays on the target',
  })
}
