import type { MirrorErrorCode } from '../contracts/errors.js'

/**
 * Why one ref was refused: `moved` = its tip is not what was seen, `held` = only because another of the atomic set was
 * refused, `own` = the target does not want it.
 */
export type Refusal =
  | { readonly kind: 'moved' }
  | { readonly kind: 'held' }
  | { readonly kind: 'own'; readonly code: MirrorErrorCode }

const MOVED =
  /^(?:stale info|fetch first|non-fast-forward|already exists|remote ref updated since checkout|incorrect old value provided|reference already exists|failed to update ref)/i
const HELD = /^atomic (?:push fail|transaction fail|transaction abort)/i
const HIDDEN = /hidden ref/i
const WORKFLOW = /workflow.*without.*(?:`?workflows?`? (?:scope|permission))/i

/** By what `git push --porcelain` says of a ref. */
export function refusalOf(reason: string): Refusal {
  if (MOVED.test(reason)) return { kind: 'moved' }
  if (HELD.test(reason)) return { kind: 'held' }
  return { kind: 'own', code: HIDDEN.test(reason) ? 'REF_HIDDEN' : workflowOr('REF_REJECTED', reason) }
}

/** GitHub says it in the reason, a server with hooks in its words. */
export function workflowOr(code: MirrorErrorCode, words: string): MirrorErrorCode {
  return WORKFLOW.test(words) ? 'WORKFLOW_SCOPE' : code
}
