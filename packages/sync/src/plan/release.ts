import type { Draft } from './draft.js'
import type { DropReason } from './events.js'
import type { Job } from './state.js'

/** Nothing is expected of the peer any more; what has arrived is still proven. */
export function lose(draft: Draft, id: string, status: 'gone' | 'missing' | 'dropped'): void {
  const known = draft.peer(id)
  if (!known || known.status === 'dropped') return
  draft.updatePeer(id, { status })
  for (const job of draft.jobs) if (job.peer === id && !job.isAnswered) takeBack(draft, job)
}

export function takeBack(draft: Draft, job: Job): void {
  draft.effects.push({ type: 'cancel', job: job.id })
  draft.removeJob(job)
  putBack(draft, job)
}

/** The piece goes first in the queue, and to another peer if there is one. */
export function putBack(draft: Draft, { piece, entry, peer }: Job, saysTooLarge = false): void {
  const avoid = [...new Set([...(entry?.avoid ?? []), peer])]
  const tooLargeBy = [...new Set([...(entry?.tooLargeBy ?? []), ...(saysTooLarge ? [peer] : [])])]
  draft.putFirst({ kind: 'waiting', piece, avoid, tooLargeBy })
}

/** The peer is not asked again, and that is said once. */
export function drop(draft: Draft, id: string, reason: DropReason): void {
  if (draft.peer(id)?.status === 'dropped') return
  draft.effects.push({ type: 'drop', peer: id, reason })
  lose(draft, id, 'dropped')
}
