import { CodecError } from '@montana/codec'
import { errorCode } from '@montana/foundation'

/** Messages whose signatures are being verified; more than this are dropped, the sender repeats what matters. */
const MAX_PENDING = 512
/** … and of one peer, so that none can take the places of the others (spec protocol 10.3). */
const MAX_PENDING_PER_PEER = 128

export type MessageKind =
  | 'reveal'
  | 'confirmation'
  | 'envelope'
  | 'notice'
  | 'vote'
  | 'draft'
  | 'propose'
  | 'certificate'
  | 'registration'
  | 'evidence'
  | 'other'

export type OnOutcome = (kind: MessageKind, peerId: string, outcome: string) => void

/** Bounds how many messages are being looked at, in all and per peer, and tells what became of each. */
export class MessageGuard {
  readonly #onOutcome: OnOutcome
  readonly #pendingOf = new Map<string, number>()
  #pending = 0

  constructor(onOutcome: OnOutcome) {
    this.#onOutcome = onOutcome
  }

  /** Never throws: what `work` throws becomes the outcome. */
  run(kind: MessageKind, peerId: string, work: () => Promise<string>): void {
    const ofPeer = this.#pendingOf.get(peerId) ?? 0
    if (this.#pending >= MAX_PENDING || ofPeer >= MAX_PENDING_PER_PEER) return this.#onOutcome(kind, peerId, 'overload')
    this.#count(peerId, 1)
    const settle = (outcome: string) => {
      this.#count(peerId, -1)
      this.#onOutcome(kind, peerId, outcome)
    }
    const reject = (error: unknown) => settle(error instanceof CodecError ? 'MalformedMessage' : errorCode(error))
    try {
      work().then(settle, reject)
    } catch (error) {
      reject(error)
    }
  }

  #count(peerId: string, change: 1 | -1): void {
    this.#pending += change
    const ofPeer = (this.#pendingOf.get(peerId) ?? 0) + change
    if (ofPeer === 0) this.#pendingOf.delete(peerId)
    else this.#pendingOf.set(peerId, ofPeer)
  }
}
