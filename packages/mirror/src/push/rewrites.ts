import { MirrorError } from '../contracts/errors.js'
import type { Tips } from '../contracts/push.js'
import { isInternal } from '../decide/refs.js'
import type { TipPair } from './ancestry.js'
import { gitText, type SourceCall } from './git.js'
import { refsThatFastForward } from './relations.js'

/** Spec repository-mirror 3.1 MIRROR_RESET_MODE. */
export interface ResetPolicy {
  readonly mode: 'isolated' | 'leader'
  /** By ref: tips that we pushed and that the operator has let go of. */
  readonly accepted: Tips
}

/** Of an error text. */
const SHOWN_MAX = 5

/**
 * Refs of the source whose history was reset: the tip that we pushed last is no part of it any more. With that tip. A tag
 * counts by the commit that it names. Contacts nobody. Spec repository-mirror 3.1, 7.2.
 */
export async function rewrittenRefs(call: SourceCall, local: Tips, pushed: Tips): Promise<Tips> {
  const moved = [...pushed].flatMap(([ref, remote]): TipPair[] => {
    const now = local.get(ref)
    return now === undefined || now === remote || isInternal(ref) ? [] : [{ ref, local: now, remote }]
  })
  if (moved.length === 0) return new Map()
  const contained = await refsThatFastForward(call, await asCommits(call, moved))
  return new Map(moved.filter(({ ref }) => !contained.has(ref)).map(({ ref, remote }) => [ref, remote]))
}

/** Throws SOURCE_RESET unless each of these may be overwritten. */
export function assertNoReset({ mode, accepted }: ResetPolicy, rewritten: Tips): void {
  const refs = [...rewritten].filter(([ref, tip]) => accepted.get(ref) !== tip).map(([ref]) => ref)
  if (mode === 'leader' || refs.length === 0) return
  const more = refs.length > SHOWN_MAX ? ` and ${refs.length - SHOWN_MAX} more` : ''
  throw new MirrorError('SOURCE_RESET', `the history was reset: ${refs.slice(0, SHOWN_MAX).join(', ')}${more}`, {
    remedy: 'Nothing was pushed. Bring the history back or let go of it, then: montana mirror resume --reason TEXT',
    metadata: { refs: refs.length },
  })
}

/** What names no commit, or one that the source has no more, stays as it is. */
async function asCommits(call: SourceCall, pairs: readonly TipPair[]): Promise<readonly TipPair[]> {
  const ids = [...new Set(pairs.flatMap(({ local, remote }) => [local, remote]))]
  const input = ids.map((id) => `${id}^{commit}\n`).join('')
  const text = await gitText({ ...call, input }, ['cat-file', '--batch-check=%(objectname)'])
  const rows = text.split('\n')
  const commits = new Map(ids.map((id, row) => [id, /^[0-9a-f]+$/.exec(rows[row] ?? '')?.[0] ?? id]))
  const commitOf = (id: string) => commits.get(id) ?? id
  return pairs.map(({ ref, local, remote }) => ({ ref, local: commitOf(local), remote: commitOf(remote) }))
}
