import type { MirrorsView } from '../view/types.js'
import type { JobView } from './jobs.js'
import type { MirrorService } from './service.js'

/** What a page may ask for that is of no single target. */
export interface Offers {
  readonly add: boolean
  readonly ssh: boolean
  readonly hold: boolean
}

/** Who works off the queue now: the process that answers, another one of this host, or nobody. */
export type QueueWorker = 'here' | 'elsewhere' | 'nobody'

/** The answer of `GET /api/mirrors`. */
export interface MirrorsPage extends MirrorsView {
  readonly offers: Offers
  readonly worker: QueueWorker
  /** What runs or waits, whoever asked for it, so that a reload finds its progress. */
  readonly jobs: readonly JobView[]
}

export function pageOf(service: MirrorService, view: MirrorsView, jobs: readonly JobView[]): MirrorsPage {
  const { addSlot, sshTools, hold } = service
  const offers = { add: addSlot !== undefined, ssh: sshTools !== undefined, hold: hold !== undefined }
  return { ...view, offers, worker: workerOf(service), jobs }
}

function workerOf({ parts: { store, time } }: MirrorService): QueueWorker {
  const holder = store.lease.holder()
  if (holder === undefined || holder.expiresAtMs < time.wallMs()) return 'nobody'
  return holder.pid === process.pid ? 'here' : 'elsewhere'
}
