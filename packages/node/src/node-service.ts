import { engineConfig } from '@montana/consensus'
import { createSignatureVerifier } from '@montana/crypto'
import { type Logger, systemRandom, type TimeSource } from '@montana/foundation'
import type { Mesh } from '@montana/network'
import { createProofVerifier, createTimechain, type ProofVerifier } from '@montana/timechain'
import { type RunningBuild, runningBuild } from './build-info.js'
import { Liar } from './drill/liar.js'
import type { DrillMessage } from './drill/message.js'
import { type LedgerModules, LedgerService } from './ledger-service.js'
import type { LogHealth } from './log/node-log.js'
import { NodeDocuments } from './manifest/documents.js'
import type { ManifestSource } from './manifest/types.js'
import { createNodeMesh } from './mesh-service.js'
import { createNodeMetrics, type NodeMetrics, type NodeMetricsRegistry } from './metrics.js'
import type { Closers, OpenResources } from './open.js'
import { nodeMessages } from './peer-protocol/node-messages.js'
import { meshOutbox } from './peer-protocol/outbox.js'
import { peerRequests } from './peer-protocol/requests.js'
import type { Prepared } from './prepare.js'
import { createReadRoutes } from './read/create.js'
import type { ReadRoutes } from './read/routes.js'
import { removeRunFile, writeRunFile } from './run-file.js'
import { Authenticator } from './runtime/authenticator.js'
import { type ClockReading, ClockRunner } from './runtime/clock-runner.js'
import { ClockWatch } from './runtime/clock-watch.js'
import { DiskGate, isFull } from './runtime/disk-gate.js'
import type { Failpoint } from './runtime/failpoint.js'
import { pruneStep } from './runtime/prune.js'
import { WindowPeriod } from './runtime/window-period.js'
import { snapshotFaults } from './snapshot/faults.js'
import { AnchorKeeper } from './snapshot/keeper.js'
import { SnapshotServer } from './snapshot/server.js'
import { assembleStatus, type StatusModules } from './status/assemble.js'
import { withIncluded } from './status/included-metrics.js'
import { NodeRecord } from './status/node-record.js'
import { ResourceSampler } from './status/resources.js'
import { StatusServer } from './status/server.js'
import { showMetrics } from './status/show-metrics.js'
import { SyncService } from './sync/sync-service.js'

const SAMPLE_INTERVAL_MS = 5_000
/** The event-loop delay on the status page is that of the last minute. */
const SAMPLES_PER_LOOP_WINDOW = 12

export interface NodeServiceHooks {
  readonly logger: Logger
  readonly log: LogHealth
  readonly registry: NodeMetricsRegistry
  readonly time: TimeSource
  readonly failpoint: Failpoint
  /** The own clock as the start-up check found it. */
  readonly measured: ClockReading | undefined
  /** Undefined: solo. */
  readonly manifest: ManifestSource | undefined
  /** The node has done what `maxWindows` asked for. */
  end(): void
  fail(error: unknown): void
}

/** Wires the parts of one node together; the only place that knows all of them. */
export class NodeService {
  readonly #prepared: Prepared
  readonly #opened: OpenResources
  readonly #hooks: NodeServiceHooks
  readonly #build: RunningBuild = runningBuild(process.env)
  readonly #registry: NodeMetricsRegistry
  readonly #metrics: NodeMetrics
  readonly #record: NodeRecord
  readonly #liar = new Liar()
  readonly #snapshots: SnapshotServer
  readonly #resources: ResourceSampler
  readonly #clock: ClockRunner
  readonly #clockWatch: ClockWatch
  readonly #disk: DiskGate
  readonly #sync: SyncService
  readonly #mesh: Mesh | undefined
  readonly #documents: NodeDocuments
  readonly #period: WindowPeriod
  readonly #reads: ReadRoutes
  readonly #server: StatusServer
  #samples = 0
  /** The status URL, while no run file tells it. */
  #unannounced: string | undefined

  constructor(prepared: Prepared, opened: OpenResources, hooks: NodeServiceHooks) {
    this.#prepared = prepared
    this.#opened = opened
    this.#hooks = hooks
    const { logger, time, registry } = hooks
    this.#registry = registry
    this.#metrics = createNodeMetrics(registry)
    this.#record = new NodeRecord(time)
    this.#resources = new ResourceSampler(prepared.options.dataDir)
    const timechain = createTimechain({ backend: opened.hashing, time })
    const { clockFloorMs: floorMs } = prepared.options
    this.#clock = new ClockRunner({ timechain, time, floorMs, measured: hooks.measured })
    this.#clockWatch = new ClockWatch(this.#clock)
    this.#disk = new DiskGate({ time, logger, onRefused: () => this.#metrics.writeRefused(), onFatal: hooks.fail })
    this.#snapshots = this.#createSnapshots()
    this.#sync = this.#createSync()
    const { version } = this.#build
    const planes = {
      ledger: () => this.#ledger,
      isSyncing: () => this.#sync.host.isSyncing,
      snapshots: this.#snapshots,
    }
    const meshModules = { ...planes, registry, logger, time, version, liar: this.#liar }
    this.#mesh = createNodeMesh(prepared, hooks.manifest?.manifest, opened, meshModules)
    const finding = (code: string, detail: string) => this.#find(code, detail)
    this.#documents = new NodeDocuments(prepared, { ...hooks, mesh: () => this.#mesh, finding })
    this.#period = new WindowPeriod(time)
    this.#reads = createReadRoutes(prepared, {
      ...{ ...hooks, store: opened.store, record: this.#record },
      host: () => this.#sync.host,
      mesh: () => this.#mesh,
    })
    this.#server = new StatusServer(prepared.options.statusListen, {
      instance: this.#record.instance,
      isAlive: () => !this.#clock.isStuck,
      readiness: () => this.#readiness(),
      status: (window) => assembleStatus(this.#statusModules(), window),
      metrics: () => this.#scrape(),
      document: (name) => this.#documents.read(name),
      read: (path, query, signal) => this.#reads.answer(path, query, signal),
    })
  }

  /** Listens, dials, starts the clock; resolves to the status URL. What it started, `closers` ends. */
  async start(closers: Closers): Promise<string> {
    const { options } = this.#prepared
    closers.add(() => this.#resources.close())
    await Promise.all([this.#resources.refresh(), this.#documents.jobs.refresh()])
    const statusUrl = await this.#server.start()
    closers.add(() => this.#server.stop())
    closers.add(() => this.#disk.stop())
    closers.add(() => this.#clock.stop())
    closers.add(() => this.#snapshots.stop())
    closers.add(() => this.#sync.stop())
    closers.add(async () => await this.#mesh?.stop())
    await this.#mesh?.start()
    closers.add(() => this.#documents.manifest?.stop())
    await this.#documents.manifest?.start()
    const sampler = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS)
    closers.add(() => clearInterval(sampler))
    this.#sync.start()
    await this.#announce(statusUrl)
    closers.add(() => removeRunFile(options.dataDir))
    return statusUrl
  }

  /** Asked by whoever watches this process, once per interval. */
  isGoingOn(): boolean {
    return this.#clockWatch.isGoingOn()
  }

  /** The run file; on a full disk later, and without it meanwhile: the file of an earlier process would mislead. */
  async #announce(statusUrl: string): Promise<void> {
    const { dataDir } = this.#prepared.options
    try {
      await writeRunFile(dataDir, { pid: process.pid, instance: this.#record.instance, statusUrl })
      this.#unannounced = undefined
    } catch (error) {
      if (!isFull(error)) throw error
      this.#unannounced = statusUrl
      await removeRunFile(dataDir)
    }
  }

  /** Reads the file of the manifest again, whether or not it seems to have changed. */
  async reloadManifest(): Promise<void> {
    await this.#documents.manifest?.reload()
  }

  #find(code: string, detail: string): void {
    this.#record.noteFinding({ code, window: this.#opened.store.head()?.window ?? 0, detail })
    this.#metrics.findings.inc({ code })
  }

  /** Drill: cuts the path to these peers and to no others; tells the truth, or not always. */
  drill({ cut, lies = false }: Pick<DrillMessage, 'cut' | 'lies'>): void {
    this.#mesh?.cut(cut)
    this.#liar.isOn = lies
  }

  get #ledger(): LedgerService {
    return this.#sync.host.current
  }

  #createSync(): SyncService {
    const { logger, time, fail: onFatal } = this.#hooks
    const { misbehaviour } = nodeMessages(() => this.#mesh)
    return new SyncService({
      prepared: this.#prepared,
      opened: this.#opened,
      disk: this.#disk,
      verifier: this.#proofVerifier(),
      record: this.#record,
      metrics: this.#metrics,
      logger,
      time,
      mesh: () => this.#mesh,
      createLedger: (handsOver) => this.#createLedger(handsOver),
      misbehaviour,
      onFatal,
    })
  }

  #proofVerifier(): ProofVerifier {
    return createProofVerifier({ backend: this.#opened.hashing, isClockIdle: () => this.#clock.isIdle })
  }

  #createSnapshots(): SnapshotServer {
    const onFault = snapshotFaults({ logger: this.#hooks.logger, record: this.#record, metrics: this.#metrics })
    return new SnapshotServer({ dataDir: this.#prepared.options.dataDir, logger: this.#hooks.logger, onFault })
  }

  #createAnchors(): AnchorKeeper {
    return new AnchorKeeper({
      store: this.#opened.store,
      writes: (write) => this.#disk.attempt(write),
      interval: this.#prepared.options.snapshotInterval,
      wallMs: () => this.#hooks.time.wallMs(),
      onAnchors: (windows) => this.#snapshots.announce(windows),
      onFatal: this.#hooks.fail,
    })
  }

  #createLedger(handsOver: LedgerModules['handsOver']): LedgerService {
    const { document, genesisHash, identity, options } = this.#prepared
    const { store, crypto, signer, hashing: backend } = this.#opened
    const { minWindowMs, verify, checkpoint, enableCandidate } = options
    const mesh = () => this.#mesh
    return new LedgerService({
      document,
      identity,
      store,
      disk: this.#disk,
      config: engineConfig(document, {
        genesisHash,
        selfNodeId: identity.nodeId,
        minWindowMs,
        verify,
        random: systemRandom,
      }),
      authenticator: new Authenticator(createSignatureVerifier(crypto), genesisHash),
      clock: this.#clock,
      verifier: this.#proofVerifier(),
      backend,
      signer,
      outbox: meshOutbox(mesh),
      requests: peerRequests(mesh),
      record: this.#record,
      metrics: this.#metrics,
      logger: this.#hooks.logger,
      time: this.#hooks.time,
      failpoint: this.#hooks.failpoint,
      anchors: this.#createAnchors(),
      checkpoint,
      enableCandidate,
      say: nodeMessages(mesh),
      handsOver,
      onWindow: (window) => this.#afterWindow(window),
      onFatal: this.#hooks.fail,
    })
  }

  /** A node that hears nobody cannot know whether it is behind; one whose disk is full promises nothing. */
  #readiness(): 'synced' | 'catching-up' | 'not-ready' {
    const hearsNobody = this.#mesh?.peers().every(({ connections }) => connections === 0) ?? false
    if (hearsNobody || this.#disk.isFull) return 'not-ready'
    return this.#sync.host.isSynced ? 'synced' : 'catching-up'
  }

  #afterWindow(window: number): void {
    const peers = this.#mesh?.peers().filter(({ connections }) => connections > 0).length ?? 0
    this.#hooks.logger.info({ window, peers }, 'window applied')
    const seconds = this.#period.next(this.#sync.host.isSynced)
    if (seconds !== undefined) this.#metrics.cemented(seconds)
    const { maxWindows, keepWindows } = this.#prepared.options
    if (keepWindows !== undefined) this.#disk.attempt(() => pruneStep(this.#opened.store, window - keepWindows + 1))
    if (maxWindows !== undefined && this.#record.appliedHere >= maxWindows) this.#hooks.end()
  }

  #statusModules(): StatusModules {
    const { document, genesisHash, identity, label } = this.#prepared
    return {
      label,
      networkName: document.networkName,
      rules: { proposer: document.proposerRule, cementing: document.cementingRule },
      genesisHash,
      identity,
      build: this.#build,
      manifest: this.#documents.manifest,
      jobs: this.#documents.jobs,
      backendName: this.#opened.hashing.name,
      cryptoBackend: this.#opened.crypto.name,
      ledger: this.#ledger,
      host: this.#sync.host,
      store: this.#opened.store,
      clock: this.#clock,
      mesh: this.#mesh,
      record: this.#record,
      resources: this.#resources,
      snapshots: { server: this.#snapshots, interval: this.#prepared.options.snapshotInterval },
      time: this.#hooks.time,
      log: this.#hooks.log,
      disk: this.#disk,
    }
  }

  #sample(): void {
    if (++this.#samples % SAMPLES_PER_LOOP_WINDOW === 0) this.#resources.resetLoopDelay()
    this.#ledger.incidents.flush()
    this.#sync.mend()
    if (this.#unannounced) this.#announce(this.#unannounced).catch(this.#hooks.fail)
    void this.#resources.refresh()
    void this.#documents.jobs.refresh()
  }

  /** Metrics and status page are made from the same document, so they cannot differ. */
  async #scrape(): Promise<string> {
    const status = assembleStatus(this.#statusModules(), undefined)
    showMetrics(this.#metrics, status, {
      state: this.#ledger.loop.state,
      isReadOnly: this.#disk.isFull,
      lostLines: this.#hooks.log.lostLines(),
      clockSteps: this.#clock.steps,
      storeBytes: this.#resources.storeBytes,
    })
    return await withIncluded(await this.#registry.registry.metrics(), this.#prepared.options.metricsFiles)
  }
}
