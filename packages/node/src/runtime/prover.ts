import type { Effect, ProofVerdict } from '@montana/consensus'
import { bytesEqual, errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import type { TimechainProofItem } from '@montana/network'
import {
  type ProofClaim,
  type ProofEvidence,
  type ProofVerifier,
  proofOfItem,
  timechainClaim,
} from '@montana/timechain'
import type { PeerRequests } from '../peer-protocol/requests.js'
import type { ProofAhead } from './catch-up/proofs-ahead.js'
import type { ProofShelf } from './proof-shelf.js'

export type ProveRequest = Extract<Effect, { type: 'prove' }>

const REQUEST_TIMEOUT_MS = 5_000
/** Share of the time that audits of cemented windows may take; the own clock and the network come first. */
const AUDIT_SHARE = 0.25
/** Audits that wait; more are skipped and counted, because a node that cannot keep up must not fall ever further behind. */
const AUDITS_MAX = 4
/** A clock that ends sooner than this needs no proof. */
const SOON_MS = 300
const MS_PER_S = 1_000

/** What proofs did for this node; counters of the instance. */
export interface ProofCounters {
  /** Windows whose value was verified before it was used. */
  readonly verified: number
  readonly audited: number
  readonly skipped: number
  readonly unavailable: number
  readonly invalid: number
  readonly segments: number
}

export interface ProverModules {
  readonly requests: PeerRequests
  readonly verifier: ProofVerifier
  readonly shelf: ProofShelf
  readonly logger: Logger
  /** How long the own clock still needs for the open window, ms; undefined where that is not known. */
  clockRemainingMs(): number | undefined
  /** What catching up has fetched and checked for this window. */
  ahead(window: number): ProofAhead | undefined
  onVerdict(request: ProveRequest, verdict: ProofVerdict): void
  /** One proof was verified, whatever came out, under a policy of this kind. */
  onChecked?(policy: string, seconds: number): void
  /** A segment that does not hold: evidence against the claim and its sender (spec protocol 13.2). */
  onInvalid(request: ProveRequest, peerId: string, evidence: ProofEvidence | undefined): void
}

/** Fetches proofs of clock values and checks them under the policy asked for: spec protocol 13.3. */
export class Prover {
  readonly #modules: ProverModules
  readonly #abort = new AbortController()
  readonly #counters = { verified: 0, audited: 0, skipped: 0, unavailable: 0, invalid: 0, segments: 0 }
  /** Ends the check of the open window once that window is closed. */
  #open = new AbortController()
  #audits = 0

  constructor(modules: ProverModules) {
    this.#modules = modules
  }

  get counters(): ProofCounters {
    return this.#counters
  }

  prove(request: ProveRequest): void {
    if (request.isAudit) return this.#audit(request)
    const signal = AbortSignal.any([this.#abort.signal, this.#open.signal])
    void this.#answer(request, signal)
  }

  /** The window was cemented: what was being proven for it is settled. */
  windowClosed(): void {
    this.#open.abort()
    this.#open = new AbortController()
  }

  stop(): void {
    this.#abort.abort()
  }

  #audit(request: ProveRequest): void {
    if (this.#audits >= AUDITS_MAX) {
      this.#counters.skipped++
      return
    }
    this.#audits++
    void this.#answer(request, this.#abort.signal).finally(() => this.#audits--)
  }

  async #answer(request: ProveRequest, signal: AbortSignal): Promise<void> {
    try {
      const verdict = this.#isClockSooner(request) ? 'unavailable' : await this.#verdictOf(request, signal)
      this.#count(request, verdict)
      this.#modules.onVerdict(request, verdict)
    } catch (error) {
      if (!isAbort(error)) this.#modules.logger.warn({ code: errorCode(error) }, 'a proof could not be checked')
    }
  }

  #isClockSooner({ isAudit, policy }: ProveRequest): boolean {
    const remainingMs = this.#modules.clockRemainingMs()
    return !isAudit && policy.kind === 'full' && remainingMs !== undefined && remainingMs < SOON_MS
  }

  #count({ isAudit }: ProveRequest, verdict: ProofVerdict): void {
    if (verdict === 'valid') this.#counters[isAudit ? 'audited' : 'verified']++
    else this.#counters[verdict]++
  }

  async #verdictOf(request: ProveRequest, signal: AbortSignal): Promise<ProofVerdict> {
    const { requests, verifier } = this.#modules
    const { previous: start, value: end, d: steps } = request
    if (verifier.isProven({ start, end, steps })) return 'valid'
    const ahead = request.isAudit ? undefined : await this.#aheadVerdict(request, signal)
    if (ahead) return ahead
    let found: ProofVerdict = 'unavailable'
    for (const peerId of requests.peersFrom(request.from)) {
      const claim = await this.#claimFrom(peerId, request, signal)
      if (!claim) continue
      const verdict = await this.#check(claim, request, signal)
      if (verdict.isValid) return 'valid'
      this.#modules.onInvalid(request, peerId, verdict.evidence)
      found = 'invalid'
    }
    return found
  }

  /** The verdict of a proof that was checked ahead is remembered; nothing is computed again. */
  async #aheadVerdict(request: ProveRequest, signal: AbortSignal): Promise<ProofVerdict | undefined> {
    const ahead = this.#modules.ahead(request.window)
    if (ahead === undefined || ahead === 'unavailable') return ahead
    const claim = claimOf(ahead.item, request)
    const verdict = claim && (await this.#check(claim, request, signal))
    return verdict?.isValid ? 'valid' : undefined
  }

  async #claimFrom(peerId: string, request: ProveRequest, signal: AbortSignal): Promise<ProofClaim | undefined> {
    const { requests, logger } = this.#modules
    try {
      const ask = (limited: AbortSignal) => requests.proof(peerId, request.window, limited)
      const item = await withTimeout(REQUEST_TIMEOUT_MS, signal, ask)
      return item && claimOf(item, request)
    } catch (error) {
      if (signal.aborted) throw error
      logger.debug({ peer: peerId.slice(-8), window: request.window, code: errorCode(error) }, 'peer has no proof')
      return undefined
    }
  }

  async #check(claim: ProofClaim, { policy, isAudit, window, d }: ProveRequest, signal: AbortSignal) {
    const { verifier, shelf, onChecked } = this.#modules
    const startedAtMs = performance.now()
    const verdict = await verifier.verify(claim, { policy, maxShare: isAudit ? AUDIT_SHARE : 1, signal })
    onChecked?.(policy.kind, (performance.now() - startedAtMs) / MS_PER_S)
    this.#counters.segments += verdict.segmentsChecked
    // A value known by other means says nothing about these intermediates, so they are not passed on.
    const isOpen = verdict.isValid && verdict.source !== 'value' && policy.kind === 'full' && !isAudit
    if (isOpen) shelf.note({ window, d, values: claim.values }, claim.start, claim.end)
    return verdict
  }
}

/** A proof of another window, length or value is none for this one. */
function claimOf(item: TimechainProofItem, { window, d, previous, value }: ProveRequest): ProofClaim | undefined {
  if (item.window !== window || item.d !== d) return undefined
  const { proof, start, end } = proofOfItem(item)
  if (!bytesEqual(start, previous) || !bytesEqual(end, value)) return undefined
  return timechainClaim(proof, start, end)
}
