import type { MirrorErrorCode } from '../contracts/errors.js'
import type { RefUpdate } from '../contracts/push.js'
import type { Delivery } from './deliver.js'

export interface Refused {
  readonly code: MirrorErrorCode
  readonly message: string
}

/** What the rounds of one push have brought about, by ref. */
export class Outcomes {
  readonly moved = new Map<string, RefUpdate>()
  readonly refused = new Map<string, Refused>()

  /** A stale ref leaves no trace: the next plan sees it as it is. */
  add(update: RefUpdate, delivery: Delivery | undefined): void {
    if (delivery?.kind === 'moved') this.moved.set(update.ref, update)
    if (delivery?.kind === 'refused') this.refuse(update.ref, delivery)
  }

  refuse(ref: string, { code, message }: Refused): void {
    this.refused.set(ref, { code, message })
  }
}
