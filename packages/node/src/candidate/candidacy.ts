import { type ChainState, memberOf } from '@montana/consensus'
import type { Identity, Signer } from '@montana/crypto'
import { bytesEqual, concatBytes, isAbort, type Logger } from '@montana/foundation'
import {
  activeNodeCount,
  decodeNodeRegistration,
  type NodeRegistration,
  type RegistrationFault,
  registrationHash,
  registrationScope,
  requiredVdf,
  SUITE_ML_DSA_65,
} from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { Store } from '@montana/store'
import {
  type CandidateChain,
  type CandidateWork,
  createCandidateWork,
  encodeCandidateProof,
  makeCandidateProof,
} from '@montana/timechain'
import { stepsOf } from '../chain/clock-history.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import type { Phase } from '../runtime/phase.js'
import { type SentRegistration, WorkRecord } from './work-record.js'

/** A registration is sent again after this many windows: spec protocol 12.6. */
const RESEND_WINDOWS = 16

export interface CandidacyModules {
  readonly store: Store
  readonly disk: Pick<DiskGate, 'attempt' | 'durable' | 'isFull'>
  readonly backend: HashBackend
  readonly identity: Identity
  readonly signer: Signer
  readonly logger: Logger
  readonly isEnabled: boolean
  /** S_head as it is now. */
  chainState(): ChainState
  isSynced(): boolean
  broadcast(registration: Uint8Array): void
  send(peerId: string, registration: Uint8Array): void
  /** Something that makes no sense to go on with. */
  onFatal(error: unknown): void
}

/** How far a candidate is, for people. */
export interface CandidateProgress {
  readonly wStart: number
  readonly windowsDone: number
  readonly windowsRequired: number
}

/** The way of a node that is outside the genesis into the table: work, registration, waiting (spec protocol 12.6). */
export class Candidacy {
  readonly #modules: CandidacyModules
  readonly #record: WorkRecord
  readonly #abort = new AbortController()
  /** Ends with the chain that it is for. */
  #effort = new AbortController()
  #task: Promise<void> = Promise.resolve()
  #chain: CandidateChain | undefined
  #work: CandidateWork | undefined
  #sent: SentRegistration | undefined
  #sentAtWindow = 0
  #wasInPool = false
  #isBusy = false

  constructor(modules: CandidacyModules) {
    this.#modules = modules
    this.#record = new WorkRecord(modules.store)
    this.#sent = this.#record.sent()
    this.#chain = this.#record.chain(modules.identity.nodeId)
  }

  /** Re-derived from the tables each time it is asked for. */
  get phase(): Phase {
    if (this.#isMember) return 'Active'
    if (this.#isInPool || this.#sent) return 'Registered'
    return this.#modules.isEnabled && (this.#chain || this.#modules.isSynced()) ? 'CandidateVdf' : 'Bootstrap'
  }

  get progress(): CandidateProgress | undefined {
    const chain = this.#chain
    if (!chain || this.#isMember) return undefined
    return { wStart: chain.wStart, windowsDone: chain.windowsDone, windowsRequired: this.#required }
  }

  /** The own registration body, where `hash` is its. */
  registrationOf(hash: Uint8Array): Uint8Array | undefined {
    return this.#sentAs(hash)?.registration.bytes
  }

  proofOf(hash: Uint8Array): Uint8Array | undefined {
    return this.#sentAs(hash)?.proof
  }

  /** A peer connected: it has not heard of this candidate yet. */
  greet(peerId: string): void {
    if (this.#sent && !this.#isInPool) this.#modules.send(peerId, this.#sent.registration.bytes)
  }

  /** After every applied window; also says what became of registrations in it. */
  afterWindow(window: number, outcomes: readonly { hash: Uint8Array; fault: RegistrationFault | undefined }[]): void {
    const own = outcomes.find(({ hash }) => this.#sentAs(hash))
    if (own?.fault) this.#refused(own.fault)
    if (!this.#modules.isEnabled) return
    this.#work?.wake()
    if (this.#isMember) return this.#finish()
    if (this.#isInPool) this.#wasInPool = true
    else if (this.#wasInPool) this.#refused('expired')
    else if (this.#sent && this.#isTooOld(Number(this.#sent.registration.wStart), window)) this.#refused('too old')
    else if (this.#sent) this.#sendAgain(window)
    else if (this.#modules.isSynced()) this.#advance(window)
  }

  /** Resolves once what was ground of the window in progress is stored. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#task
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#abort.signal, this.#effort.signal])
  }

  get #isMember(): boolean {
    const chain = this.#modules.chainState()
    return memberOf(chain, this.#modules.identity.nodeId, chain.context.window + 1) !== undefined
  }

  get #isInPool(): boolean {
    return this.#modules.chainState().tables.candidates.has(this.#modules.identity.nodeId)
  }

  /** L that would be required now: pressure grows with those who wait (spec protocol 12.3). */
  get #required(): number {
    const { tables, params, context } = this.#modules.chainState()
    const active = activeNodeCount(tables.nodes.entries(), context.window + 1, params.tau2Windows)
    return Number(requiredVdf(tables.candidates.size, active, params.vdfEntryWindows))
  }

  #sentAs(hash: Uint8Array): SentRegistration | undefined {
    return this.#sent && bytesEqual(registrationHash(this.#sent.registration.bytes), hash) ? this.#sent : undefined
  }

  #refused(reason: string): void {
    this.#modules.logger.warn({ reason }, 'registration refused; the chain is extended')
    this.#sent = undefined
    this.#wasInPool = false
    this.#modules.disk.attempt(() => this.#record.clearSent())
  }

  #finish(): void {
    if (!this.#chain && !this.#sent) return
    this.#endWork()
    this.#sent = undefined
    this.#modules.disk.attempt(() => this.#record.clear())
    this.#modules.logger.info({}, 'admitted: this node is a member now')
  }

  #sendAgain(window: number): void {
    if (window < this.#sentAtWindow + RESEND_WINDOWS || !this.#sent) return
    this.#sentAtWindow = window
    this.#modules.broadcast(this.#sent.registration.bytes)
  }

  /** A chain must not be older than two epochs when it is registered: spec protocol 12.3. */
  #isTooOld(wStart: number, window: number): boolean {
    return window >= wStart + 2 * this.#modules.chainState().params.tau2Windows
  }

  /** What still runs for the chain runs out, and nothing of it is stored any more. */
  #endWork(): void {
    this.#effort.abort()
    this.#effort = new AbortController()
    this.#chain = undefined
    this.#work = undefined
  }

  #advance(window: number): void {
    if (this.#chain && this.#isTooOld(this.#chain.wStart, window)) this.#endWork()
    if (!this.#chain) this.#begin(window)
    if (!this.#chain || this.#isBusy) return
    const windows = Math.min(this.#chain.windowsDone, window + 1 - this.#chain.wStart)
    this.#follow(windows >= this.#required ? this.#register(this.#chain, windows, window) : this.#grind(this.#chain))
  }

  #follow(task: Promise<void>): void {
    this.#isBusy = true
    const settle = () => {
      this.#isBusy = false
    }
    this.#task = task.then(settle, (error: unknown) => {
      settle()
      if (!isAbort(error)) this.#modules.onFatal(error)
    })
  }

  /** At a later window where the disk has no space now. */
  #begin(window: number): void {
    const { disk, identity, logger } = this.#modules
    if (disk.isFull) return
    disk.attempt(() => {
      this.#chain = this.#record.begin(window, identity.nodeId)
      logger.info({ wStart: window, required: this.#required }, 'candidate chain begun')
    })
  }

  async #grind(chain: CandidateChain): Promise<void> {
    const { backend, chainState, disk } = this.#modules
    const signal = this.#signal
    this.#work ??= createCandidateWork({
      backend,
      chain,
      dOf: (window) => stepsOf(chainState().context, window, chainState().params.tau2Windows),
      save: async (stretch) => {
        if (this.#chain === chain) await disk.durable(() => this.#record.append(stretch), signal)
      },
    })
    await this.#work.run(this.#required, signal)
  }

  async #register(chain: CandidateChain, windows: number, window: number): Promise<void> {
    const { backend, broadcast, disk, logger } = this.#modules
    const signal = this.#signal
    const registration = await this.#sign(chain, windows)
    const noderegHash = registrationHash(registration.bytes)
    const proof = encodeCandidateProof(await makeCandidateProof({ backend, chain, noderegHash, windows, signal }))
    if (signal.aborted) return
    await disk.durable(() => this.#record.putSent({ registration, proof }), signal)
    this.#sent = { registration, proof }
    this.#sentAtWindow = window
    logger.info({ wStart: chain.wStart, windows }, 'registration sent')
    broadcast(registration.bytes)
  }

  async #sign(chain: CandidateChain, windows: number): Promise<NodeRegistration> {
    const { identity, signer } = this.#modules
    const scope = registrationScope({
      suiteId: SUITE_ML_DSA_65,
      nodePublicKey: identity.publicKeys.node,
      operatorAccountId: identity.accountId,
      proofEndpoint: chain.endpoint(windows),
      wStart: BigInt(chain.wStart),
      vdfChainLength: BigInt(windows),
    })
    return decodeNodeRegistration(concatBytes(scope, await signer.sign(scope)))
  }
}
