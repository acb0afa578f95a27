import { isAbort, withTimeout } from '@montana/foundation'
import { NetworkError } from '../errors.js'

export interface ByteBudgetLimits {
  readonly perPeerBytes: number
  readonly totalBytes: number
  readonly waitMs: number
}

interface Waiter {
  readonly peerId: string
  readonly bytes: number
  readonly admit: () => void
}

/** Memory for payloads that are being read, reserved before they are: spec transport 16.3. */
export class ByteBudget {
  readonly #limits: ByteBudgetLimits
  readonly #perPeer = new Map<string, number>()
  readonly #waiting: Waiter[] = []
  #total = 0

  constructor(limits: ByteBudgetLimits) {
    this.#limits = limits
  }

  get reservedBytes(): number {
    return this.#total
  }

  /** Reserves at once and returns the release, or `undefined` when there is no room now. */
  tryReserve(peerId: string, bytes: number): (() => void) | undefined {
    if (!this.#fits(peerId, bytes)) return undefined
    return this.#take(peerId, bytes)
  }

  /** As {@link tryReserve}, waiting its turn; LIMIT_BYTES after `waitMs`, abort with the signal. */
  async reserve(peerId: string, bytes: number, signal: AbortSignal): Promise<() => void> {
    const now = this.tryReserve(peerId, bytes)
    if (now !== undefined) return now
    try {
      return await withTimeout(this.#limits.waitMs, signal, (waiting) => this.#wait(peerId, bytes, waiting))
    } catch (error) {
      if (isAbort(error)) throw error
      throw new NetworkError('LIMIT_BYTES', `no room for ${bytes} inbound bytes`, { bytes }, error)
    }
  }

  #wait(peerId: string, bytes: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal.reason)
      }
      const waiter: Waiter = {
        peerId,
        bytes,
        admit: () => {
          signal.removeEventListener('abort', onAbort)
          resolve(this.#take(peerId, bytes))
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
    })
  }

  #take(peerId: string, bytes: number): () => void {
    this.#add(peerId, bytes)
    let released = false
    return () => {
      if (released) return
      released = true
      this.#add(peerId, -bytes)
      this.#admitWaiting()
    }
  }

  /** First come, first served among those that fit; one peer at its own bound does not hold up the others. */
  #admitWaiting(): void {
    for (const waiter of [...this.#waiting]) {
      if (!this.#fits(waiter.peerId, waiter.bytes)) continue
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
      waiter.admit()
    }
  }

  #fits(peerId: string, bytes: number): boolean {
    const ofPeer = this.#perPeer.get(peerId) ?? 0
    return ofPeer + bytes <= this.#limits.perPeerBytes && this.#total + bytes <= this.#limits.totalBytes
  }

  #add(peerId: string, bytes: number): void {
    this.#total += bytes
    const ofPeer = (this.#perPeer.get(peerId) ?? 0) + bytes
    if (ofPeer === 0) this.#perPeer.delete(peerId)
    else this.#perPeer.set(peerId, ofPeer)
  }
}
