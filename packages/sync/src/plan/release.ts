import type { Draft } from './draft.js'
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
  putBack(draft, job, job.entry?.isTooLarge ?? false)
}

/** The piece goes first in the queue, and to another peer if there is one. */
export function putBack(draft: Draft, { piece, entry, peer }: Job, isTooLarge: boolean): void {
  const avoid = [...new Set([...(entry?.avoid ?? []), peer])]
  draft.putFirst({ kind: 'waiting', piece, avoid, isTooLarge })
}
