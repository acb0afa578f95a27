import { type Effect, headOf, isMember, restoreState } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { hasherOf, type RegistrationOutcome } from '@montana/ledger'
import type { StatusMessage } from '@montana/network'
import type { Candidacy } from './candidate/candidacy.js'
import type { WorkCheck } from './candidate/work-check.js'
import { restoreChain, sinceHeadMs } from './chain/restore.js'
import { unrestored } from './chain/unrestored.js'
import { createCatchUp } from './ledger/catch-up.js'
import { createEvidenceDesk, createInbox, createIncidents } from './ledger/guards.js'
import type { LedgerLinks, LedgerModules } from './ledger/modules.js'
import { checkPin } from './ledger/pin.js'
import { rememberRecent } from './ledger/recent.js'
import { createCandidacy, createProver, createWorkCheck } from './ledger/workers.js'
import type { AnswerModules } from './peer-protocol/answers.js'
import type { CatchUp } from './runtime/catch-up/catch-up.js'
import { FOLLOWS_WITHIN } from './runtime/catch-up/limits.js'
import type { EvidenceDesk } from './runtime/evidence-desk.js'
import { createExecutor } from './runtime/executor.js'
import { Fetcher } from './runtime/fetcher.js'
import type { Inbox } from './runtime/inbox.js'
import type { IncidentLog } from './runtime/incident-log.js'
import { EngineLoop } from './runtime/loop.js'
import { isMisbehaviour } from './runtime/misbehaviour.js'
import type { Phase } from './runtime/phase.js'
import { ProofShelf } from './runtime/proof-shelf.js'
import type { Prover } from './runtime/prover.js'

export type { LedgerModules } from './ledger/modules.js'

/** Which windows a peer says it has: spec transport 14.2. */
type PeerWindows = Pick<StatusMessage, 'window' | 'oldestWindow' | 'stateRoot'>

/** The ledger plane of one node: engine, inbox, catch-up, proofs and candidacy over a store. */
export class LedgerService implements LedgerLinks {
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
  #execute: (effect: Effect) => void = () => {}
  /** Of the windows that the step in progress has committed. */
  #outcomes: RegistrationOutcome[] = []

  constructor(modules: LedgerModules) {
    this.#modules = modules
    const { store, disk, document, config, time, record, logger, requests, anchors } = modules
    const hasher = hasherOf(modules.backend)
    const needsResync = store.repairs.resync() !== undefined
    if (!needsResync) anchors.refresh(hasher)
    const restored = needsResync ? unrestored(document) : restoreChain(store, document, hasher)
    const sinceMs = needsResync ? 0 : sinceHeadMs(store, time.wallMs(), config.minWindowMs)
    const state = restoreState(restored, time.monotonicMs(), sinceMs)
    this.#shelf = new ProofShelf(store)
    this.incidents = createIncidents(modules)
    this.evidence = createEvidenceDesk(modules, this)
    this.prover = createProver(modules, this, { shelf: this.#shelf, incidents: this.incidents })
    this.#workCheck = createWorkCheck(modules, this)
    this.loop = new EngineLoop(config, state, {
      time,
      disk,
      execute: (effect) => this.#execute(effect),
      onStep: (after, headAdvanced) => headAdvanced && this.#afterWindow(headOf(after)),
      onFatal: modules.onFatal,
    })
    this.inbox = createInbox(modules, this, this.incidents)
    this.#fetcher = new Fetcher({ requests, inbox: this.inbox, logger })
    this.#execute = this.#createExecutor()
    this.catchUp = createCatchUp(modules, this, this.incidents)
    this.candidacy = createCandidacy(modules, this)
    rememberRecent(store, record)
    checkPin(store, modules.checkpoint, headOf(state))
    if (needsResync) this.loop.stop()
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
    this.#modules.anchors.start()
    this.loop.dispatch({ type: 'start' })
  }

  /** A peer told its head, and with it that it is there. */
  noteStatus(peerId: string, nodeId: Uint8Array | undefined, told: PeerWindows): void {
    const { window, oldestWindow, stateRoot } = told
    this.#modules.record.noteHead(peerId, { window, state_root: toHex(stateRoot) })
    if (nodeId && !this.loop.isHeld) this.loop.dispatch({ type: 'status', nodeId, window })
    this.catchUp.notePeerHead(peerId, window, oldestWindow)
  }

  forgetPeer(peerId: string): void {
    this.#modules.record.forgetHead(peerId)
    this.catchUp.forgetPeer(peerId)
  }

  /**
   * A hint is good for one window. Where it speaks of more its sender is asked for its head, or a node that was held for a
   * while would follow at the distance it had, window by window, until the next Status is due.
   */
  noteBehind(peerId: string, window: number): void {
    const { record, say } = this.#modules
    record.noteGap()
    if (peerId === '') return
    this.catchUp.noteBehind(peerId)
    if (window - 1 - this.loop.head > FOLLOWS_WITHIN) say.status(peerId)
  }

  /** Resolves once nothing of it writes to the store any more. */
  async stop(): Promise<void> {
    this.catchUp.stop()
    this.#fetcher.stop()
    this.prover.stop()
    this.#workCheck.stop()
    this.loop.stop()
    this.#modules.anchors.stop()
    this.incidents.flush()
    await this.candidacy.stop()
  }

  #createExecutor(): (effect: Effect) => void {
    const { say } = this.#modules
    const execute = createExecutor({
      ...this.#modules,
      shelf: this.#shelf,
      prover: this.prover,
      fetcher: this.#fetcher,
      workCheck: this.#workCheck,
      evidence: this.evidence,
      incidents: this.incidents,
      dispatch: (event) => this.loop.dispatch(event),
      onBehind: (peerId, window) => this.noteBehind(peerId, window),
      onMisbehaviour: (peerId, code) => isMisbehaviour(code) && say.misbehaviour(peerId, code),
    })
    return (effect) => {
      execute(effect)
      if (effect.type === 'commit') this.#outcomes.push(...effect.commit.registrations)
    }
  }

  #afterWindow(window: number): void {
    const { store, checkpoint, onWindow, anchors } = this.#modules
    const outcomes = this.#outcomes
    this.#outcomes = []
    checkPin(store, checkpoint, window)
    anchors.afterWindow(window, this.loop.state.chain.tables.accounts)
    this.candidacy.afterWindow(window, outcomes)
    onWindow(window)
  }
}
