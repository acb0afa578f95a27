import type { ProofPolicy } from '@montana/consensus'
import { bytesEqual, isAbort } from '@montana/foundation'
import { ExtError, type TimechainProofItem } from '@montana/network'
import { type ProofEvidence, type ProofVerifier, proofOfItem, timechainClaim } from '@montana/timechain'
import type { PeerRequests } from '../../peer-protocol/requests.js'
import { isBusy } from './errors.js'
import { PROOF_LIMITS } from './limits.js'
import type { Ask, Source } from './plan.js'
import { RangeFetcher } from './range-fetcher.js'

/** Windows after one that nobody has a proof for are passed over, twice as many each time, up to this. */
const SKIP_MAX = 32

/** What is known of the proof of a window before that window is applied. */
export type ProofAhead = { readonly peer: string; readonly item: TimechainProofItem } | 'unavailable'

export interface ProofsAheadModules {
  readonly requests: Pick<PeerRequests, 'proofs'>
  readonly verifier: ProofVerifier
  /** Undefined: values are not checked before use. */
  readonly policy: ProofPolicy | undefined
  sources(): readonly Omit<Source, 'asked'>[]
  /** T_r of a window that is held, or that is the head. */
  valueAt(window: number): Uint8Array | undefined
  nowMs(): number
  onChange(): void
  /** A peer did not answer, or not in due form. */
  onFailed(ask: Ask, error: unknown): void
  onInvalid(window: number, peer: string, evidence: ProofEvidence | undefined): void
}

/**
 * Fetches the proofs of windows that wait, many at a time, and checks them under the policy for catch-up (spec protocol
 * 13.3) before their turn comes. Where no peer has the proof of a window it says so, and the policy decides.
 */
export class ProofsAhead {
  readonly #modules: ProofsAheadModules
  readonly #fetcher: RangeFetcher<TimechainProofItem | undefined>
  readonly #verified = new Set<number>()
  /** Who said of which window that it has no proof. */
  readonly #lacking = new Map<number, Set<string>>()
  readonly #abort = new AbortController()
  #head = 0
  #skip = 1
  #isChecking = false

  constructor(modules: ProofsAheadModules) {
    this.#modules = modules
    this.#fetcher = new RangeFetcher({
      limits: PROOF_LIMITS,
      fetch: (ask, signal) => this.#fetch(ask, signal),
      sources: () => this.#sources(),
      nowMs: modules.nowMs,
      onChange: modules.onChange,
      onFailed: (ask, error) => this.#onFailed(ask, error),
    })
  }

  get bytesFetched(): number {
    return this.#fetcher.bytesFetched
  }

  get bytesTwice(): number {
    return this.#fetcher.bytesTwice
  }

  get peers(): readonly string[] {
    return this.#fetcher.peers
  }

  /** Whether a window may be applied: its proof is checked, is not to be had, or is not asked for. */
  isSettled(window: number): boolean {
    return this.#modules.policy === undefined || this.#verified.has(window) || this.#isUnavailable(window)
  }

  find(window: number): ProofAhead | undefined {
    if (this.#isUnavailable(window)) return 'unavailable'
    const held = this.#verified.has(window) ? this.#fetcher.get(window) : undefined
    return held?.value && { peer: held.peer, item: held.value }
  }

  /** Windows up to `upTo` are held. */
  pump(head: number, upTo: number): void {
    if (this.#modules.policy === undefined) return
    this.#head = head
    for (const window of this.#verified) if (window <= head) this.#verified.delete(window)
    for (const window of this.#lacking.keys()) if (window <= head) this.#lacking.delete(window)
    this.#fetcher.pump(head, upTo)
    if (!this.#isChecking) void this.#check()
  }

  drop(peer: string): void {
    for (const window of this.#verified) if (this.#fetcher.get(window)?.peer === peer) this.#verified.delete(window)
    this.#fetcher.drop(peer)
  }

  stop(): void {
    this.#abort.abort()
    this.#fetcher.stop()
  }

  #isUnavailable(window: number): boolean {
    const held = this.#fetcher.get(window)
    return held !== undefined && held.value === undefined
  }

  #sources(): Omit<Source, 'asked'>[] {
    return this.#modules.sources().map((source) => {
      const lacks = (window: number) => source.lacks?.(window) || this.#lacking.get(window)?.has(source.peer) === true
      return { ...source, lacks }
    })
  }

  async #fetch({ peer, from, count }: Ask, signal: AbortSignal) {
    const items = await this.#modules.requests.proofs(peer, from, count, signal)
    this.#skip = 1
    return items.map((value) => ({ value, bytes: value.values.length }))
  }

  #onFailed(ask: Ask, error: unknown): void {
    // Whoever serves no proofs may have the windows all the same.
    if (!(error instanceof ExtError) || isBusy(error)) return this.#modules.onFailed(ask, error)
    this.#noteLack(ask.from, ask.peer)
  }

  #noteLack(window: number, peer: string): void {
    const lacking = this.#lacking.get(window) ?? new Set()
    this.#lacking.set(window, lacking.add(peer))
    if (this.#sources().some((source) => source.upTo >= window && !source.lacks?.(window))) return
    for (let passed = window; passed < window + this.#skip; passed++) this.#fetcher.put(passed, undefined)
    this.#skip = Math.min(SKIP_MAX, this.#skip * 2)
  }

  async #check(): Promise<void> {
    this.#isChecking = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#tryOne(next)
    this.#isChecking = false
  }

  /** The lowest proof that is here and not checked, as far as the values around it are known. */
  #next(): number | undefined {
    if (this.#abort.signal.aborted) return undefined
    for (let window = this.#head + 1; ; window++) {
      const held = this.#fetcher.get(window)
      if (!held || !this.#modules.valueAt(window) || !this.#modules.valueAt(window - 1)) return undefined
      if (held.value !== undefined && !this.#verified.has(window)) return window
    }
  }

  /** A claim that cannot be checked at all is as good as none. */
  async #tryOne(window: number): Promise<void> {
    try {
      await this.#checkOne(window)
    } catch (error) {
      if (!isAbort(error)) this.#giveUp(window)
    }
  }

  #giveUp(window: number): void {
    const peer = this.#fetcher.get(window)?.peer
    this.#fetcher.remove(window)
    if (peer !== undefined) this.#noteLack(window, peer)
    this.#modules.onChange()
  }

  async #checkOne(window: number): Promise<void> {
    const { verifier, policy, onInvalid, onChange } = this.#modules
    const held = this.#fetcher.get(window)
    if (!held?.value || !policy) return
    const claim = this.#claimOf(window, held.value)
    // Whose values are wrong, those of the proof or those of the window, shows when the window is applied.
    if (claim === undefined) return this.#giveUp(window)
    const verdict = await verifier.verify(claim, { policy, signal: this.#abort.signal })
    if (this.#fetcher.get(window) !== held) return
    if (verdict.isValid) this.#verified.add(window)
    else onInvalid(window, held.peer, verdict.evidence)
    onChange()
  }

  #claimOf(window: number, item: TimechainProofItem) {
    const { proof, start, end } = proofOfItem(item)
    const [before, at] = [this.#modules.valueAt(window - 1), this.#modules.valueAt(window)]
    if (!before || !at || !bytesEqual(start, before) || !bytesEqual(end, at)) return undefined
    return timechainClaim(proof, start, end)
  }
}
