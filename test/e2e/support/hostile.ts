import {
  type AuthenticatedEnvelope,
  acceptEnvelope,
  assembleDraft,
  type ChainState,
  type Confirmation,
  confirmationScope,
  decodeConfirmation,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  genesisChainState,
  type Header,
  type HeaderFields,
  headerScope,
  noticeHeader,
  proposalHash,
  proposerRule,
  sealSettled,
  type UnsignedDraft,
  voteMessage,
  voteScope,
} from '@montana/consensus'
import { type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { bytesEqual, concatBytes, noMetrics, silentLogger, systemRandom, systemTime } from '@montana/foundation'
import {
  BASE_TYPE,
  createMesh,
  decodeTimechainProofRequest,
  EXT_TYPE,
  ExtError,
  encodeTimechainProofResponse,
  type Mesh,
  parseManifest,
} from '@montana/network'
import { onTestFinished } from 'vitest'
import { until } from './montana.js'
import type { Member, NetworkFiles } from './network.js'

/** The header of an encoded envelope. */
export function headerOf(envelope: Uint8Array): Header {
  return decodeEnvelope(envelope).header
}

const ZERO = new Uint8Array(32)

/** What the test wants of the liar beside its messages: its own answers to what it is asked. */
export type Answer = (type: number, payload: Uint8Array) => Uint8Array | undefined

/**
 * A member with its real key, a real mesh and a true view of the chain, and no honesty: it sends what a test makes.
 * It follows by the envelopes that the others broadcast.
 */
export class HostileMember {
  readonly mesh: Mesh
  readonly self: Member
  readonly #files: NetworkFiles
  readonly #signer: Signer
  readonly #confirmations = new Map<number, Map<string, Confirmation>>()
  readonly #waiting = new Map<number, Envelope>()
  #chain: ChainState

  private constructor(files: NetworkFiles, self: Member, backend: PqBackend, signer: Signer, answer: Answer) {
    this.#files = files
    this.self = self
    this.#signer = signer
    this.#chain = genesisChainState(files.document)
    const { manifest, genesisHash } = files
    const services = {
      backend,
      signer,
      logger: silentLogger,
      metrics: noMetrics,
      time: systemTime,
      random: systemRandom,
    }
    const handlers = {
      onMessage: (_: unknown, type: number, __: bigint, payload: Uint8Array) => this.#hear(type, payload),
      onExtRequest: async (_: unknown, type: number, payload: Uint8Array) => {
        const bytes = answer(type, payload)
        if (!bytes) throw new ExtError(1, 'no')
        return bytes
      },
      onStatus: () => {},
      onPeerReached: () => {},
      onPeerDisconnected: () => {},
      ownStatus: () => this.#status(),
    }
    this.mesh = createMesh(
      { listen: self.listen, manifest: parseManifest(manifest), genesisHash },
      { ...services, handlers },
    )
  }

  /** Joins the network; leaves it with the test. Acknowledges requests unless `answer` says more. */
  static async join(files: NetworkFiles, label: string, answer: Answer = () => undefined): Promise<HostileMember> {
    const self = files.members.find((member) => member.label === label)
    if (!self) throw new RangeError(label)
    const backend = await selectPqBackend()
    const signer = await backend.importSigner(self.identity.seeds.node)
    const hostile = new HostileMember(files, self, backend, signer, (type, payload) => {
      return answer(type, payload) ?? (ACKNOWLEDGED.has(type) ? new Uint8Array() : undefined)
    })
    await hostile.mesh.start()
    onTestFinished(async () => {
      await hostile.mesh.stop()
      await backend.close()
    })
    return hostile
  }

  get head(): number {
    return this.#chain.context.window
  }

  get chain(): ChainState {
    return this.#chain
  }

  peerIdOf(label: string): string {
    const peer = this.#files.members.find((member) => member.label === label)
    if (!peer) throw new RangeError(label)
    return peer.identity.peerId
  }

  get connected(): number {
    return this.mesh.peers().filter(({ connections }) => connections > 0).length
  }

  sign(message: Uint8Array): Promise<Uint8Array> {
    return this.#signer.sign(message)
  }

  async header(fields: HeaderFields): Promise<Uint8Array> {
    const scope = headerScope(fields)
    return concatBytes(scope, await this.sign(scope))
  }

  /** A header for head + 1 that states this node and `stateRoot`, and is true in nothing else. */
  async headerOfNextWindow(stateRoot: Uint8Array, change: Partial<HeaderFields> = {}): Promise<Uint8Array> {
    const { nodeId } = this.self.identity
    const base = noticeHeader(this.#chain, { proposerNodeId: nodeId, timechainValue: ZERO, fallbackDepth: 1 })
    return await this.header({ ...base, stateRoot, ...change })
  }

  async vote(window: number, round: number, phase: number, value: Uint8Array): Promise<Uint8Array> {
    const scope = voteScope({ nodeId: this.self.identity.nodeId, window, round, phase, value })
    return concatBytes(scope, await this.sign(voteMessage(this.#files.genesisHash, scope)))
  }

  async confirmation(window: number, endpoint: Uint8Array): Promise<Confirmation> {
    const fields = { nodeId: this.self.identity.nodeId, endpoint, window, opHashes: [], revealHashes: [] }
    const scope = confirmationScope(fields)
    return decodeConfirmation(concatBytes(scope, await this.sign(scope)))
  }

  /** Confirmations of `window` that were heard, the latest of each member. */
  heard(window: number): Confirmation[] {
    return [...(this.#confirmations.get(window)?.values() ?? [])]
  }

  /** Confirms head + 1 as an honest member would, once it has heard its clock value from `count` others. */
  async confirmNext(count: number): Promise<Confirmation> {
    await until(() => this.heard(this.head + 1).length >= count, 20_000, 'confirmations of the next window')
    const [first] = this.heard(this.head + 1)
    const own = await this.confirmation(this.head + 1, first?.endpoint ?? ZERO)
    this.mesh.broadcast(BASE_TYPE.bundledConfirmation, BigInt(own.window), own.bytes)
    this.#keep(own)
    return own
  }

  /** Waits until the others have cemented one more. */
  async nextWindow(): Promise<void> {
    const before = this.head
    await until(() => this.head > before, 30_000, 'a new window')
  }

  /** {@link draft}, once there is one. */
  async draftInSlot(): Promise<UnsignedDraft> {
    await until(() => this.draft() !== undefined, 20_000, 'a slot of this node')
    return this.draft() as UnsignedDraft
  }

  /** An answer to a request for proofs: right at both ends and wrong between; undefined where it does not know them. */
  falseProof(request: Uint8Array): Uint8Array | undefined {
    const { fromWindow: window } = decodeTimechainProofRequest(request)
    const [start, end] = [this.heard(window - 1)[0]?.endpoint, this.heard(window)[0]?.endpoint]
    if (!start || !end) return undefined
    const values = concatBytes(crypto.getRandomValues(new Uint8Array(32 * 7)), end)
    return encodeTimechainProofResponse([{ window, d: this.#chain.context.nextD, start, values }])
  }

  /** A draft for head + 1 at the slot that this node holds; undefined where it holds none. */
  draft(): UnsignedDraft | undefined {
    const { nodeId } = this.self.identity
    const slots = proposerRule(this.#files.document).fallbackList(this.#chain)
    const slot = slots.findIndex((one) => bytesEqual(one, nodeId)) + 1
    const evidence = this.heard(this.head + 1)
    const [first] = evidence
    if (slot === 0 || !first) return undefined
    const input = { proposerNodeId: nodeId, fallbackDepth: slot, timechainValue: first.endpoint, control: [] }
    return assembleDraft(this.#chain, { ...input, evidence, confirmers: this.heard(this.head) })
  }

  async sealed(draft: UnsignedDraft, change: Partial<HeaderFields> = {}): Promise<Uint8Array> {
    return encodeEnvelope({ ...draft, header: await this.header({ ...draft.header, ...change }) })
  }

  #hear(type: number, payload: Uint8Array): void {
    if (type === BASE_TYPE.bundledConfirmation) this.#keep(decodeConfirmation(payload))
    if (type !== BASE_TYPE.proposal) return
    const envelope = decodeEnvelope(payload)
    this.#waiting.set(envelope.header.window, envelope)
    for (let next = this.#waiting.get(this.head + 1); next; next = this.#waiting.get(this.head + 1)) this.#apply(next)
  }

  #keep(confirmation: Confirmation): void {
    const { window, nodeId } = confirmation
    const ofWindow = this.#confirmations.get(window) ?? new Map<string, Confirmation>()
    this.#confirmations.set(window, ofWindow.set(Buffer.from(nodeId).toString('hex'), confirmation))
  }

  #apply(envelope: Envelope): void {
    const all = (list: readonly unknown[]) => list.map(() => true)
    const { confirmers, evidence, control, header } = envelope
    const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
    const candidate: AuthenticatedEnvelope = { envelope, signatures }
    const rule = proposerRule(this.#files.document)
    const verdict = acceptEnvelope({ state: this.#chain, rule, ownTimechainValue: undefined }, candidate)
    if (!verdict.ok) throw new Error(`window ${header.window}: ${verdict.code}`)
    this.#chain = sealSettled(verdict.proposal.settled, proposalHash(header.scope))
    for (const one of [...confirmers, ...evidence]) this.#keep(one)
    this.#waiting.delete(header.window)
  }

  #status() {
    const { window, proposalHash: headerHash } = this.#chain.context
    const common = { genesisHash: this.#files.genesisHash, window, headerHash, stateRoot: ZERO }
    return { ...common, oldestWindow: 1, snapshotWindow: 0, role: 3, security: 1, flags: 4, build: 'montana/0.1.0' }
  }
}

/** Messages of the vote are acknowledged, so that the others do not take this node for a dead one. */
const ACKNOWLEDGED: ReadonlySet<number> = new Set([
  EXT_TYPE.draft,
  EXT_TYPE.propose,
  EXT_TYPE.cementVote,
  EXT_TYPE.evidence,
])
