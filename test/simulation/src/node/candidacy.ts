import { type ChainState, memberOf, type WindowCommit } from '@montana/consensus'
import { accountIdOf } from '@montana/crypto'
import { bytesEqual, concatBytes } from '@montana/foundation'
import { activeNodeCount, registrationHash, registrationScope, requiredVdf, SUITE_ML_DSA_65 } from '@montana/ledger'
import type { ClockStub } from '../stubs/clock.js'
import type { StubSigner } from '../stubs/signatures.js'
import { workEndpoint } from './candidate-work.js'
import type { Disk } from './disk.js'

/** A registration is sent again after this many windows; the node waits 16, a lossy network is tried more often. */
const RESEND_WINDOWS = 4

export interface CandidacyModules {
  readonly disk: Disk
  readonly clock: ClockStub
  readonly signer: StubSigner
  readonly nodeId: Uint8Array
  chain(): ChainState
  broadcast(registration: Uint8Array): void
}

/** A newcomer's way into the node table, its work being the stubbed clock's: spec protocol 12.6. */
export class Candidacy {
  readonly #modules: CandidacyModules
  #sentAtWindow = 0

  constructor(modules: CandidacyModules) {
    this.#modules = modules
  }

  registrationOf(hash: Uint8Array): Uint8Array | undefined {
    const { sent } = this.#modules.disk.candidacy ?? {}
    return sent && bytesEqual(registrationHash(sent), hash) ? sent : undefined
  }

  /** A window was applied: what was refused, or came to nothing, begins anew. */
  afterWindow({ registrations }: WindowCommit): void {
    const refused = registrations.find(({ hash, fault }) => fault && this.registrationOf(hash))
    if (refused) this.#begin()
    this.advance()
  }

  advance(): void {
    const { disk, chain, broadcast } = this.#modules
    const { params, context } = chain()
    const { window } = context
    if (this.#isSettled() || window === 0) return
    const { wStart, sent } = disk.candidacy ?? { wStart: Number.NEGATIVE_INFINITY }
    if (window >= wStart + 2 * params.tau2Windows) return this.#begin()
    if (!sent && window - wStart >= this.#required()) return this.#register(wStart, window - wStart)
    if (!sent || window < this.#sentAtWindow + RESEND_WINDOWS) return
    this.#sentAtWindow = window
    broadcast(sent)
  }

  #begin(): void {
    const { disk, chain } = this.#modules
    disk.write({ type: 'candidacy', candidacy: { wStart: chain().context.window } })
  }

  #isSettled(): boolean {
    const { nodeId, chain } = this.#modules
    const { tables, context } = chain()
    return memberOf(chain(), nodeId, context.window + 1) !== undefined || tables.candidates.has(nodeId)
  }

  #required(): number {
    const { tables, params, context } = this.#modules.chain()
    const active = activeNodeCount(tables.nodes.entries(), context.window + 1, params.tau2Windows)
    return Number(requiredVdf(tables.candidates.size, active, params.vdfEntryWindows))
  }

  #register(wStart: number, windows: number): void {
    const { disk, clock, signer, nodeId, chain, broadcast } = this.#modules
    const { params, context } = chain()
    const proofEndpoint = workEndpoint(disk, clock, context, params.tau2Windows, { nodeId, wStart, windows })
    if (!proofEndpoint) return
    const scope = registrationScope({
      suiteId: SUITE_ML_DSA_65,
      nodePublicKey: signer.publicKey,
      // Any hash may be named; the key behind it is shown later (spec protocol 12.5).
      operatorAccountId: accountIdOf(SUITE_ML_DSA_65, signer.publicKey),
      proofEndpoint,
      wStart: BigInt(wStart),
      vdfChainLength: BigInt(windows),
    })
    const sent = concatBytes(scope, signer.sign(scope))
    this.#sentAtWindow = context.window
    disk.write({ type: 'candidacy', candidacy: { wStart, sent } })
    broadcast(sent)
  }
}
