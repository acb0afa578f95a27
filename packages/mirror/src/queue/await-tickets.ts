import { sleep } from '@montana/foundation'
import type { Job } from '../contracts/store.js'
import type { MirrorStore } from '../store/mirror-store.js'
import type { Ticket } from './enqueue.js'

const POLL_MS = 200

/**
 * Waits until another process has done what was asked for, or has failed at it. Resolves to the jobs as they stand then;
 * throws AbortError.
 */
export async function awaitTickets(
  store: MirrorStore,
  tickets: readonly Ticket[],
  signal: AbortSignal,
): Promise<readonly Job[]> {
  const lastBefore = store.attempts.lastId()
  const isOpen = (ticket: Ticket) => !isAnswered(store, ticket, lastBefore)
  while (tickets.some(isOpen)) await sleep(POLL_MS, signal)
  return tickets.flatMap(({ mirror, layer }) => store.jobs.get(mirror, layer) ?? [])
}

function isAnswered(store: MirrorStore, { mirror, layer, seq }: Ticket, lastBefore: number): boolean {
  const job = store.jobs.get(mirror, layer)
  if (job === undefined || job.doneSeq >= seq || job.state === 'blocked') return true
  const attempt = store.attempts.latest(mirror, layer)
  return job.state === 'pending' && attempt !== undefined && attempt.id > lastBefore && attempt.endedAtMs !== null
}
