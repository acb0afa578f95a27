import { createSignatureVerifier } from '@montana/crypto'
import { type Logger, systemRandom, type TimeSource } from '@montana/foundation'
import type { Mesh, PeerSnapshot } from '@montana/network'
import type { SyncFinding, SyncPeer } from '@montana/sync'
import type { ProofVerifier } from '@montana/timechain'
import type { LedgerService } from '../ledger-service.js'
import type { NodeMetrics } from '../metrics.js'
import type { OpenResources } from '../open.js'
import { type PeerRequests, peerRequests } from '../peer-protocol/requests.js'
import type { Prepared } from '../prepare.js'
import { PartRepair } from '../repair/part-repair.js'
import { Authenticator } from '../runtime/authenticator.js'
import type { Gap } from '../runtime/catch-up/catch-up.js'
import { PROOF_INVALID } from '../runtime/catch-up/errors.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import type { NodeRecord } from '../status/node-record.js'
import { wantsSnapshot } from './choice.js'
import { type JoinRequest, LedgerHost } from './ledger-host.js'
import { type SnapshotOffer, SnapshotScout } from './scout.js'
import { SnapshotJoin } from './snapshot-join.js'
import { syncPeers } from './sync-peers.js'
import { tellHeads } from './tell-heads.js'

export interface SyncServiceModules {
  readonly prepared: Prepared
  readonly opened: OpenResources
  readonly disk: DiskGate
  readonly verifier: ProofVerifier
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  mesh(): Mesh | undefined
  createLedger(handsOver: (gap: Gap) => boolean): LedgerService
  misbehaviour(peerId: string, code: string): void
  onFatal(error: unknown): void
}

/** How a node reaches its peers and mends its store: the ledger plane over its life, snapshots, parts that were lost. */
export class SyncService {
  readonly host: LedgerHost
  readonly #modules: SyncServiceModules
  readonly #requests: PeerRequests
  readonly #abort = new AbortController()
  readonly #scout: SnapshotScout
  readonly #repair: PartRepair

  constructor(modules: SyncServiceModules) {
    this.#modules = modules
    this.#requests = peerRequests(modules.mesh)
    const { signal } = this.#abort
    this.#scout = new SnapshotScout({ time: modules.time, signal, peers: () => this.#sources() })
    this.host = this.#createHost()
    this.#repair = this.#createRepair()
  }

  start(): void {
    this.host.start()
  }

  /** Now and then: what a check took out of the store is fetched again. */
  mend(): void {
    if (this.host.isSynced) this.#repair.run()
  }

  /** Resolves once nothing of it writes to the store any more. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#repair.stop()
    await this.host.stop()
  }

  #peers(): readonly PeerSnapshot[] {
    return this.#modules.mesh()?.peers() ?? []
  }

  #sources(): readonly SyncPeer[] {
    return syncPeers(this.#peers(), this.#requests)
  }

  #createHost(): LedgerHost {
    const { prepared, opened, disk, time, createLedger, onFatal } = this.#modules
    return new LedgerHost({
      store: opened.store,
      disk,
      time,
      createLedger,
      createJoin: (request) => this.#createJoin(request),
      wantsSnapshot: (gap) => wantsSnapshot(gap, prepared.options, this.#peers(), this.#offer()),
      tellHeads: (ledger) => tellHeads(ledger, this.#peers()),
      onFatal,
    })
  }

  /** Nobody is asked what a snapshot would cost where the answer decides nothing. */
  #offer(): SnapshotOffer | undefined {
    const { sync, snapshotGap } = this.#modules.prepared.options
    return sync === 'auto' && snapshotGap === 'auto' ? this.#scout.look() : undefined
  }

  #createJoin({ own, place, signal, onTrusted }: JoinRequest): SnapshotJoin {
    const { prepared, opened, disk, logger, time } = this.#modules
    const { document, options } = prepared
    const { store, crypto, hashing: backend } = opened
    return new SnapshotJoin({
      store,
      disk,
      document,
      backend,
      verify: createSignatureVerifier(crypto),
      checkpoint: options.checkpoint,
      own,
      place,
      signal,
      logger,
      time,
      freeze: options.snapshotInterval > 0,
      random: systemRandom,
      peers: () => this.#sources(),
      onTrusted,
      onFinding: (finding) => this.#note(finding),
    })
  }

  #createRepair(): PartRepair {
    const { prepared, opened, disk, verifier, metrics, logger, time } = this.#modules
    const { document, genesisHash } = prepared
    return new PartRepair({
      store: opened.store,
      disk,
      requests: this.#requests,
      authenticator: new Authenticator(createSignatureVerifier(opened.crypto), genesisHash),
      verifier,
      cementing: document.cementingRule,
      chain: () => this.host.current.loop.state.chain,
      logger,
      time,
      onLie: (peer, { kind, window }) => {
        this.#note({ code: PROOF_INVALID, peer, window, detail: `its ${kind} does not hold` })
      },
      onMended: () => metrics.mended(1),
    })
  }

  /** Written at once: nothing flushes incidents while a snapshot is fetched. */
  #note({ code, window, peer, detail }: SyncFinding): void {
    const { opened, disk, record, metrics, logger, time, misbehaviour } = this.#modules
    logger.warn({ code, window, peer: peer?.slice(-8), detail }, 'finding')
    if (peer === undefined) return record.noteFinding({ code, window, detail })
    if (record.noteLie({ code, peer, window, detail })) metrics.findings.inc({ code })
    if (code !== PROOF_INVALID) return
    const note = { code, peer, window, atMs: time.wallMs() }
    disk.attempt(() => opened.store.incidents.noteAll([{ note, count: 1 }]))
    misbehaviour(peer, code)
  }
}
