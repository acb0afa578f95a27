import { type EngineConfig, headOf, isMember, restoreState } from '@montana/consensus'
import type { Identity, Signer } from '@montana/crypto'
import type { Logger, TimeSource } from '@montana/foundation'
import { bytesEqual, MontanaError, toHex } from '@montana/foundation'
import { type GenesisDocument, hasherOf, type RegistrationOutcome } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { Store } from '@montana/store'
import { encodeProofEvidence, type ProofVerifier } from '@montana/timechain'
import { Candidacy } from './candidate/candidacy.js'
import { WorkCheck } from './candidate/work-check.js'
import { restoreChain } from './chain/restore.js'
import type { Checkpoint } from './config/start-options.js'
import type { NodeMetrics } from './metrics.js'
import type { AnswerModules } from './peer-protocol/answers.js'
import type { PeerRequests } from './peer-protocol/requests.js'
import type { Authenticator } from './runtime/authenticator.js'
import { CatchUp } from './runtime/catch-up.js'
import type { ClockRunner } from './runtime/clock-runner.js'
import { EvidenceDesk } from './runtime/evidence-desk.js'
import { createExecutor, type Outbox } from './runtime/executor.js'
import type { Failpoint } from './runtime/failpoint.js'
import { Fetcher } from './runtime/fetcher.js'
import { Inbox } from './runtime/inbox.js'
import { IncidentLog } from './runtime/incident-log.js'
import { EngineLoop, type LoopEvent } from './runtime/loop.js'
import { isMisbehaviour } from './runtime/misbehaviour.js'
import type { Phase } from './runtime/phase.js'
import { ProofShelf } from './runtime/proof-shelf.js'
import { Prover } from './runtime/prover.js'
import { rangeSource } from './runtime/range-source.js'
import type { NodeRecord } from './status/node-record.js'

export interface LedgerModules {
  readonly document: GenesisDocument
  readonly identity: Identity
  readonly store: Store
  readonly config: EngineConfig
  readonly authenticator: Authenticator
  readonly clock: ClockRunner
  readonly verifier: ProofVerifier
  readonly backend: HashBackend
  readonly signer: Signer
  readonly outbox: Outbox
  readonly requests: PeerRequests
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  readonly failpoint: Failpoint
  readonly checkpoint: Checkpoint | undefined
  readonly enableCandidate: boolean
  /** Messages that are the node's and not the engine's. */
  readonly say: {
    evidence(bytes: Uint8Array): void
    registration(bytes: Uint8Array, peerId?: string): void
    misbehaviour(peerId: string, code: string): void
  }
  /** After each applied window. */
  onWindow(window: number): void
  onFatal(error: unknown): void
}

/** The ledger plane of one node: engine, inbox, catch-up, proofs and candidacy over a store. */
export class LedgerService {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly catchUp: CatchUp
  readonly candidacy: Candidacy
  readonly evidence: EvidenceDesk
  readonly incidents: IncidentLog
  readonly prover: Prover
  readonly #modules: LedgerModules
  readonly #fetcher: Fetcher
  readonly #shelf: ProofShelf
  readonly #workCheck: WorkCheck
  #outcomes: readonly RegistrationOutcome[] = []

  constructor(modules: LedgerModules) {
    this.#modules = modules
    const { store, document, config, time, record, logger, requests } = modules
    const restored = restoreChain(store, document, hasherOf(modules.backend))
    const state = restoreState(restored, time.monotonicMs())
    this.#shelf = new ProofShelf(store)
    this.incidents = new IncidentLog({
      store,
      time,
      logger,
      onIncident: (code) => modules.metrics.incidents.inc({ code }),
    })
    this.evidence = this.#createEvidence()
    this.prover = this.#createProver()
    this.#workCheck = this.#createWorkCheck()
    this.loop = new EngineLoop(config, state, {
      time,
      execute: (effect) => this.#execute(effect),
      onStep: (after, headAdvanced) => headAdvanced && this.#afterWindow(headOf(after)),
      onFatal: modules.onFatal,
    })
    this.inbox = this.#createInbox()
    this.#fetcher = new Fetcher({ requests, inbox: this.inbox, logger })
    this.#execute = this.#createExecutor()
    const fetchRange = rangeSource(requests, document.cementingRule)
    const monotonicMs = () => time.monotonicMs()
    this.catchUp = new CatchUp({ loop: this.loop, inbox: this.inbox, logger, fetchRange, monotonicMs })
    this.candidacy = this.#createCandidacy()
    rememberRecent(store, record)
    this.#checkPin(headOf(state))
  }

  get isMember(): boolean {
    return isMember(this.loop.state, this.#modules.config)
  }

  get phase(): Phase {
    return this.candidacy.phase
  }

  /** Not catching up, and within one window of what peers claim. */
  get isSynced(): boolean {
    return !this.catchUp.isRunning && this.catchUp.target - this.loop.head <= 1
  }

  /** What peers may ask of this node. */
  get answers(): AnswerModules {
    return {
      store: this.#modules.store,
      engineState: () => this.loop.state,
      proofOf: (window, maxSegments) => this.#shelf.itemOf(window, maxSegments),
      ownRegistration: (hash) => this.candidacy.registrationOf(hash),
      candidateProof: (hash) => this.candidacy.proofOf(hash),
    }
  }

  start(): void {
    this.loop.dispatch({ type: 'start' })
  }

  /** A peer told its head, and with it that it is there. */
  noteStatus(peerId: string, nodeId: Uint8Array | undefined, window: number): void {
    if (nodeId) this.loop.dispatch({ type: 'status', nodeId, window })
    this.catchUp.notePeerHead(peerId, window)
  }

  /** Resolves once nothing of it writes to the store any more. */
  async stop(): Promise<void> {
    this.catchUp.stop()
    this.#fetcher.stop()
    this.prover.stop()
    this.#workCheck.stop()
    this.loop.stop()
    this.incidents.flush()
    await this.candidacy.stop()
  }

  #execute: (effect: Parameters<ReturnType<typeof createExecutor>>[0]) => void = () => {}
  readonly #dispatch = (event: LoopEvent) => this.loop.dispatch(event)

  #createExecutor(): ReturnType<typeof createExecutor> {
    const { say } = this.#modules
    const execute = createExecutor({
      ...this.#modules,
      shelf: this.#shelf,
      prover: this.prover,
      fetcher: this.#fetcher,
      workCheck: this.#workCheck,
      evidence: this.evidence,
      incidents: this.incidents,
      dispatch: this.#dispatch,
      onBehind: (peerId) => this.#noteBehind(peerId),
      onMisbehaviour: (peerId, code) => isMisbehaviour(code) && say.misbehaviour(peerId, code),
    })
    return (effect) => {
      if (effect.type === 'commit') this.#outcomes = effect.commit.registrations
      execute(effect)
    }
  }

  #createInbox(): Inbox {
    const { authenticator, metrics, say } = this.#modules
    return new Inbox({
      loop: this.loop,
      authenticator,
      onBehind: (peerId) => this.#noteBehind(peerId),
      onOutcome: (kind, peerId, outcome) => {
        metrics.messages.inc({ kind, outcome })
        if (isMisbehaviour(outcome)) {
          this.incidents.note(outcome, peerId, this.loop.head)
          say.misbehaviour(peerId, outcome)
        } else if (kind === 'confirmation' && (outcome === 'stale' || outcome === 'duplicate')) {
          this.incidents.note(
            outcome === 'stale' ? 'StaleConfirmation' : 'DuplicateConfirmation',
            peerId,
            this.loop.head,
          )
        }
      },
    })
  }

  #createEvidence(): EvidenceDesk {
    const { store, authenticator, say, record, metrics, logger } = this.#modules
    return new EvidenceDesk({
      store,
      authenticator,
      state: () => this.loop.state,
      broadcast: say.evidence,
      onNew: ({ kind, code, window, nodeId }) => {
        const detail = `node ${toHex(nodeId).slice(0, 16)}, shown by a peer`
        record.noteFinding({ code, window, detail })
        metrics.findings.inc({ code })
        logger.error({ code, window, detail }, 'finding')
        if (kind === 'header') this.#dispatch({ type: 'disputed', window, proposerNodeId: nodeId })
      },
    })
  }

  #createProver(): Prover {
    const { requests, verifier, logger, clock, say, record, metrics } = this.#modules
    return new Prover({
      requests,
      verifier,
      shelf: this.#shelf,
      logger,
      clockRemainingMs: () => clock.remainingMs,
      onVerdict: ({ window, value, policy, isAudit }, verdict) => {
        metrics.proofs.inc({ purpose: isAudit ? 'audit' : 'adopt', verdict })
        record.noteProof(window, verdict, isAudit)
        if (!isAudit) this.#dispatch({ type: 'proven', window, value, policy, verdict })
      },
      onInvalid: ({ window }, peerId, evidence) => {
        this.incidents.note('ProofInvalid', peerId, window, evidence && encodeProofEvidence(evidence))
        say.misbehaviour(peerId, 'ProofInvalid')
      },
    })
  }

  #createWorkCheck(): WorkCheck {
    const { store, requests, verifier, logger } = this.#modules
    return new WorkCheck({
      store,
      requests,
      verifier,
      logger,
      chainState: () => this.loop.state.chain,
      onVerdict: (hash, verdict) => this.#dispatch({ type: 'candidateVerified', hash, verdict }),
    })
  }

  #createCandidacy(): Candidacy {
    const { store, backend, identity, signer, logger, enableCandidate, say, onFatal } = this.#modules
    return new Candidacy({
      store,
      backend,
      identity,
      signer,
      logger,
      isEnabled: enableCandidate,
      chainState: () => this.loop.state.chain,
      isSynced: () => this.isSynced,
      broadcast: (bytes) => say.registration(bytes),
      send: (peerId, bytes) => say.registration(bytes, peerId),
      onFatal,
    })
  }

  #noteBehind(peerId: string): void {
    this.#modules.record.noteGap()
    if (peerId !== '') this.catchUp.noteBehind(peerId)
  }

  #afterWindow(window: number): void {
    this.#checkPin(window)
    this.candidacy.afterWindow(window, this.#outcomes)
    this.#modules.onWindow(window)
  }

  /** A chain that contradicts the operator's checkpoint is not this network, whatever its signatures say. */
  #checkPin(head: number): void {
    const { checkpoint, store } = this.#modules
    if (!checkpoint || head < checkpoint.window) return
    const stored = store.windowAt(checkpoint.window)
    if (!stored || bytesEqual(stored.proposalHash, checkpoint.hash)) return
    throw new MontanaError(
      'CHECKPOINT_MISMATCH',
      `window ${checkpoint.window} has proposal hash ${toHex(stored.proposalHash)}, the checkpoint says ${toHex(checkpoint.hash)}`,
      { field: 'checkpoint', remedy: 'correct --checkpoint, or start in another data directory', exitCode: 78 },
    )
  }
}

const STATUS_WINDOWS = 256

/** The status page shows windows of earlier processes too. */
function rememberRecent(store: Store, record: NodeRecord): void {
  const head = store.head()?.window ?? 0
  for (let window = Math.max(0, head - STATUS_WINDOWS + 1); window <= head; window++) {
    const stored = store.windowAt(window)
    if (stored && window > 0) record.noteStored({ ...stored, appliedAtMs: stored.appliedAtMs ?? 0 })
  }
}
