import type { ChainState, Effect, ProofVerdict } from '@montana/consensus'
import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import { type NodeRegistration, nodeIdOf } from '@montana/ledger'
import type { ReadStore } from '@montana/store'
import {
  candidateClaim,
  decodeCandidateProof,
  type ProofClaim,
  type ProofPolicy,
  type ProofVerifier,
} from '@montana/timechain'
import { seedOf, totalSteps } from '../chain/clock-history.js'
import type { PeerRequests } from '../peer-protocol/requests.js'

type Request = Extract<Effect, { type: 'verifyCandidate' }>

const REQUEST_TIMEOUT_MS = 10_000
/** Up to here a candidate's whole work is repeated, a minute of one slow core; beyond, a sample must do. */
const FULL_CHECK_STEPS = 2_000_000_000
/** At least sample(32) in production: spec protocol 13.4. */
const SAMPLED: ProofPolicy = { kind: 'sample', segments: 32 }
/** Share of the time that the check may take; the own clock comes first. */
const CHECK_SHARE = 0.5

export interface WorkCheckModules {
  readonly store: ReadStore
  readonly requests: PeerRequests
  readonly verifier: ProofVerifier
  readonly logger: Logger
  chainState(): ChainState
  onVerdict(hash: Uint8Array, verdict: ProofVerdict): void
}

/** Checks the sequential work behind a registration before this node vouches for it: spec protocol 12.4, 13.4. */
export class WorkCheck {
  readonly #modules: WorkCheckModules
  readonly #abort = new AbortController()

  constructor(modules: WorkCheckModules) {
    this.#modules = modules
  }

  check(request: Request): void {
    const { logger, onVerdict } = this.#modules
    this.#verdictOf(request).then(
      (verdict) => onVerdict(request.hash, verdict),
      (error: unknown) => {
        if (isAbort(error)) return
        logger.warn({ code: errorCode(error) }, 'the work of a candidate could not be checked')
        onVerdict(request.hash, 'unavailable')
      },
    )
  }

  stop(): void {
    this.#abort.abort()
  }

  async #verdictOf({ hash, registration }: Request): Promise<ProofVerdict> {
    const { requests, verifier } = this.#modules
    const { signal } = this.#abort
    let found: ProofVerdict = 'unavailable'
    for (const peerId of requests.peersFrom(undefined)) {
      const values = await this.#valuesFrom(peerId, hash)
      const claim = values && this.#claimOf(registration, values)
      if (!claim) continue
      const policy: ProofPolicy = claim.steps <= FULL_CHECK_STEPS ? { kind: 'full' } : SAMPLED
      const { isValid } = await verifier.verify(claim, { policy, maxShare: CHECK_SHARE, signal })
      // The intermediates are unsigned: a peer that gives wrong ones must not spoil what another can prove.
      if (isValid) return 'valid'
      found = 'invalid'
    }
    return found
  }

  async #valuesFrom(peerId: string, hash: Uint8Array): Promise<Uint8Array | undefined> {
    const { requests, logger } = this.#modules
    try {
      const ask = (signal: AbortSignal) => requests.candidateProof(peerId, hash, signal)
      return decodeCandidateProof(await withTimeout(REQUEST_TIMEOUT_MS, this.#abort.signal, ask)).values
    } catch (error) {
      if (this.#abort.signal.aborted) throw error
      logger.debug({ peer: peerId.slice(-8), code: errorCode(error) }, 'peer has no proof of the candidate')
      return undefined
    }
  }

  /** Undefined where this node cannot rebuild the seed or the D of those windows: it then vouches for nothing. */
  #claimOf(registration: NodeRegistration, values: Uint8Array): ProofClaim | undefined {
    const { store, chainState } = this.#modules
    const { context, params } = chainState()
    const [wStart, windows] = [Number(registration.wStart), Number(registration.vdfChainLength)]
    const seed = seedOf(store, wStart, nodeIdOf(registration.nodePublicKey))
    const steps = totalSteps(context, { wStart, windows }, params.tau2Windows)
    if (!seed || steps === undefined) return undefined
    return candidateClaim({ values }, seed, registration.proofEndpoint, steps)
  }
}
