import { decodeHeader, HEADER_BYTES } from '@montana/consensus'
import { type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { noMetrics, silentLogger, systemRandom, systemTime } from '@montana/foundation'
import {
  createMesh,
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  EXT_TYPE,
  ExtError,
  encodeCertificateRequest,
  encodeEnvelopeRangeRequest,
  type Mesh,
  type MeshHandlers,
  parseManifest,
} from '@montana/network'
import type { NetworkFiles } from '../../e2e/support/network.js'
import type { Heard } from './messages.js'
import { EAR, memberOf } from './nodes.js'

const ACKNOWLEDGED: ReadonlySet<number> = new Set([
  EXT_TYPE.draft,
  EXT_TYPE.propose,
  EXT_TYPE.cementVote,
  EXT_TYPE.evidence,
])
const MAX_BYTES = 1_048_576

/** A peer of the manifest with a real mesh and no ledger: it keeps all it hears, and can say it again to anybody. */
export class Ear {
  readonly mesh: Mesh
  readonly heard: Heard[] = []
  readonly #backend: PqBackend
  readonly #known = new Set<string>()

  private constructor(files: NetworkFiles, backend: PqBackend, signer: Signer) {
    this.#backend = backend
    const { listen } = memberOf(files, EAR)
    const services = { signer, logger: silentLogger, metrics: noMetrics, time: systemTime, random: systemRandom }
    this.mesh = createMesh(
      { listen, manifest: parseManifest(files.manifest), genesisHash: files.genesisHash },
      { ...services, backend, handlers: this.#handlers(files.genesisHash) },
    )
  }

  static async join(files: NetworkFiles): Promise<Ear> {
    const backend = await selectPqBackend()
    const ear = new Ear(files, backend, await backend.importSigner(memberOf(files, EAR).identity.seeds.node))
    await ear.mesh.start()
    return ear
  }

  /** Whether a peer is connected. */
  hears(peerId: string): boolean {
    return this.mesh.peers().some((peer) => peer.peerId === peerId && peer.connections > 0)
  }

  /** Windows that a peer has, and their certificates, as it answers who catches up. */
  async ask(peerId: string, count: number): Promise<void> {
    const request = { fromWindow: 1, count, maxBytes: MAX_BYTES }
    const range = await this.mesh.extRequest(peerId, EXT_TYPE.envelopeRange, encodeEnvelopeRangeRequest(request))
    for (const payload of decodeEnvelopeRangeResponse(range, request).envelopes) {
      this.#keep({ protocol: 'answer', type: EXT_TYPE.envelopeRange, payload })
    }
    const certified = await this.mesh.extRequest(peerId, EXT_TYPE.certificate, encodeCertificateRequest(request))
    for (const payload of decodeCertificateResponse(certified, request).certificates) {
      this.#keep({ protocol: 'answer', type: EXT_TYPE.certificate, payload })
    }
  }

  /** Says it to one peer as if it were its own. */
  repeat(peerId: string, { protocol, type, payload }: Heard): void {
    if (protocol === 'base') this.mesh.send(peerId, type, 0n, payload)
    if (protocol === 'ext') this.mesh.extSend(peerId, type, payload)
  }

  keep(heard: Heard): void {
    this.#keep(heard)
  }

  /** The highest window of which a draft was heard. */
  get head(): number {
    const drafts = this.heard.filter(({ type }) => type === EXT_TYPE.draft)
    return Math.max(0, ...drafts.map(({ payload }) => decodeHeader(payload.subarray(0, HEADER_BYTES)).window))
  }

  async leave(): Promise<void> {
    await this.mesh.stop()
    await this.#backend.close()
  }

  #handlers(genesisHash: Uint8Array): MeshHandlers {
    const zero = new Uint8Array(32)
    const roots = { genesisHash, headerHash: zero, stateRoot: zero }
    const windows = { window: 0, oldestWindow: 0, snapshotWindow: 0 }
    return {
      onMessage: (_, type, __, payload) => this.#keep({ protocol: 'base', type, payload }),
      onExtRequest: async (_, type, payload) => {
        if (!ACKNOWLEDGED.has(type)) throw new ExtError(1, 'no')
        this.#keep({ protocol: 'ext', type, payload })
        return new Uint8Array()
      },
      onStatus: () => {},
      onPeerReached: () => {},
      onPeerDisconnected: () => {},
      ownStatus: () => ({ ...roots, ...windows, role: 0, security: 1, flags: 0, build: 'ear/1' }),
    }
  }

  /** Each content once. */
  #keep(message: Heard): void {
    const key = `${message.protocol} ${message.type} ${Buffer.from(message.payload).toString('base64')}`
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.heard.push(message)
  }
}
