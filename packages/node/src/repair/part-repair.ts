import { hash } from 'node:crypto'
import { errorCode, isAbort, type Logger, type TimeSource, withTimeout } from '@montana/foundation'
import type { MissingPart, Store } from '@montana/store'
import type { PeerRequests } from '../peer-protocol/requests.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import { isCertificateOf, isEnvelopeOf, type PartProofModules, provenClock } from './part-proof.js'
import { Rests } from './rests.js'

/** One exchange: spec transport 14.1. */
const TIMEOUT_MS = 15_000
/** Parts mended in one round; the next round takes the next ones. */
const PARTS_PER_ROUND = 64

export interface PartRepairModules extends PartProofModules {
  readonly store: Store
  readonly disk: Pick<DiskGate, 'durable'>
  readonly requests: PeerRequests
  readonly logger: Logger
  readonly time: Pick<TimeSource, 'monotonicMs'>
  /** A peer gave what does not hold. */
  onLie(peerId: string, part: MissingPart): void
  onMended(part: MissingPart): void
}

/** Fetches from peers what a check of the store found damaged and took out. Each part is proven before it is put back. */
export class PartRepair {
  readonly #modules: PartRepairModules
  readonly #abort = new AbortController()
  readonly #rests = new Rests()
  #running: Promise<void> | undefined

  constructor(modules: PartRepairModules) {
    this.#modules = modules
  }

  /** Begins a round unless one is going on. Parts that nobody had rest, and leave the round to others. */
  run(): void {
    if (this.#running || this.#abort.signal.aborted) return
    const { store, time } = this.#modules
    const due = store.repairs.missing().filter((part) => !this.#rests.isResting(part, time.monotonicMs()))
    const parts = due.slice(0, PARTS_PER_ROUND)
    if (parts.length === 0) return
    this.#running = this.#mendAll(parts).finally(() => {
      this.#running = undefined
    })
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
  }

  async #mendAll(parts: readonly MissingPart[]): Promise<void> {
    for (const part of parts) {
      if (this.#abort.signal.aborted) return
      if (await this.#mend(part)) this.#rests.end(part)
      else this.#rests.lengthen(part, this.#modules.time.monotonicMs())
    }
  }

  /** Whoever has it; a peer that has it not is no reason to ask no other. */
  async #mend(part: MissingPart): Promise<boolean> {
    const { requests, logger } = this.#modules
    const seen = new Set<string>()
    for (const peerId of requests.peersFrom(undefined).filter((peer) => requests.isSource(peer))) {
      try {
        if (await this.#mendFrom(peerId, part, seen)) return true
      } catch (error) {
        if (isAbort(error) && this.#abort.signal.aborted) return false
        logger.debug({ peer: peerId.slice(-8), ...part, code: errorCode(error) }, 'peer has it not')
      }
    }
    return false
  }

  /** `seen`: what other peers have given for this part. */
  async #mendFrom(peerId: string, part: MissingPart, seen: Set<string>): Promise<boolean> {
    const { signal } = this.#abort
    const { store, disk, onLie, onMended, logger } = this.#modules
    const bytes = await this.#proven(peerId, part)
    if (bytes === undefined) {
      onLie(peerId, part)
      return false
    }
    if (part.kind === 'envelope' && !isSecond(bytes, seen)) return false
    await disk.durable(() => store.repairs.refill(part, bytes) && onMended(part), signal)
    logger.info({ peer: peerId.slice(-8), ...part }, 'mended from a peer')
    return true
  }

  /** Undefined: what the peer sent is not what was lost. */
  async #proven(peerId: string, { kind, window }: MissingPart): Promise<Uint8Array | undefined> {
    const { requests } = this.#modules
    const { signal } = this.#abort
    // The time is that of the exchange: proving a window of production takes longer.
    const exchange = <T>(ask: (signal: AbortSignal) => Promise<T>) => withTimeout(TIMEOUT_MS, signal, ask)
    if (kind === 'proof') {
      const item = await exchange((waiting) => requests.proof(peerId, window, waiting))
      return item && (await provenClock(window, item, this.#modules, signal))
    }
    const ask = kind === 'envelope' ? requests.envelopes : requests.certificates
    const [bytes] = await exchange((waiting) => ask(peerId, window, 1, waiting))
    const isProven = kind === 'envelope' ? isEnvelopeOf : isCertificateOf
    return bytes && (await isProven(window, bytes, this.#modules)) ? bytes : undefined
  }
}

/**
 * The evidence of an envelope stands under no root, so that one peer alone could leave some of it out: two have to give
 * the same bytes.
 */
function isSecond(bytes: Uint8Array, seen: Set<string>): boolean {
  const digest = hash('sha256', bytes)
  if (seen.has(digest)) return true
  seen.add(digest)
  return false
}
