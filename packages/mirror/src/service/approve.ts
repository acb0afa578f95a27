import { MirrorError } from '../contracts/errors.js'
import type { HeldPush } from '../contracts/push.js'
import { findTarget } from './find-target.js'
import { addApproved, heldPush } from './held-push.js'
import { note } from './note.js'
import type { Asked } from './operations.js'
import type { MirrorParts } from './parts.js'

export interface ApproveRequest extends Asked {
  /** Full id of the commit, as it waits. */
  readonly tip: string
}

/** Of a commit that is written by hand: long enough to be meant. */
const TIP = /^[0-9a-f]{7,64}$/

/**
 * Lets the next push of the code layer carry this tip although it changes workflows; whoever asks queues that layer. Throws
 * TARGET_NOT_FOUND, and PRECONDITION where no such tip waits. Spec repository-mirror 3.2 WORKFLOW_PATHS.
 */
export function approvePush(parts: MirrorParts, name: string, asked: ApproveRequest): void {
  const { store } = parts
  findTarget(parts.targets, name)
  const held = heldPush(store, name)
  if (held === null || !held.refs.some(({ tip }) => tip === asked.tip)) throw notWaiting(held)
  store.transaction(() => {
    addApproved(store, name, asked.tip)
    note(parts, 'approve push', asked.reason, asked.expectedEpoch, { mirror: name, tip: asked.tip, paths: held.paths })
  })
}

/** The tip that waits and begins so. Throws PRECONDITION where there is none, or more than one. */
export function waitingTip({ store }: MirrorParts, name: string, prefix: string): string {
  const held = heldPush(store, name)
  const tips = new Set((held?.refs ?? []).map(({ tip }) => tip).filter((tip) => tip.startsWith(prefix)))
  const [tip] = tips
  if (tip === undefined || tips.size > 1 || !TIP.test(prefix)) throw notWaiting(held)
  return tip
}

function notWaiting(held: HeldPush | null): MirrorError {
  const tips = [...new Set((held?.refs ?? []).map(({ tip }) => tip))]
  const message =
    tips.length === 0 ? 'no push waits for an approval' : `what waits for an approval is ${tips.join(', ')}`
  return new MirrorError('PRECONDITION', message, {
    field: 'tip',
    remedy: 'sync once: the push that changes workflows is found again, with its tip',
  })
}
