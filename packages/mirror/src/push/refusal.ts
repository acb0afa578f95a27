import type { MirrorErrorCode } from '../contracts/errors.js'

/**
 * Why one ref was refused: `moved` = its tip is not what was seen, `held` = only because another of the atomic set was
 * refused, `own` = the target does not want it.
 */
export type Refusal = { readonly kind: 'moved' | 'held' } | { readonly kind: 'own'; readonly code: MirrorErrorCode }

const MOVED =
  /^(?:stale info|fetch first|non-fast-forward|already exists|remote ref updated since checkout|incorrect old value provided|reference already exists|failed to update ref)/i
const HELD = /^atomic (?:push fail|transaction fail|transaction abort)/i
const HIDDEN = /hidden ref/i
const WORKFLOW = /workflow.*without.*(?:`?workflows?`? (?:scope|permission))/i

/** By the words of `git push --porcelain`, of git and of GitHub. */
export function refusalOf(reason: string): Refusal {
  if (MOVED.test(reason)) return { kind: 'moved' }
  if (HELD.test(reason)) return { kind: 'held' }
  if (HIDDEN.test(reason)) return { kind: 'own', code: 'REF_HIDDEN' }
  if (WORKFLOW.test(reason)) return { kind: 'own', code: 'WORKFLOW_SCOPE' }
  return { kind: 'own', code: 'REF_REJECTED' }
}
