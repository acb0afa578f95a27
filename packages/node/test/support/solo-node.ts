import { join } from 'node:path'
import { engineConfig } from '@montana/consensus'
import { createSignatureVerifier } from '@montana/crypto'
import { seededRandom, silentLogger, systemTime } from '@montana/foundation'
import { devnetGenesis, devnetParams, type GenesisDocument, genesisHash } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore } from '@montana/store'
import { createProofVerifier, createTimechain } from '@montana/timechain'
import { onTestFinished } from 'vitest'
import { runningBuild } from '../../src/build-info.js'
import { initialiseStore } from '../../src/chain/restore.js'
import { LedgerService } from '../../src/ledger-service.js'
import { JobsSeen } from '../../src/manifest/jobs.js'
import { createMetricsRegistry, createNodeMetrics } from '../../src/metrics.js'
import { Authenticator } from '../../src/runtime/authenticator.js'
import { ClockRunner } from '../../src/runtime/clock-runner.js'
import { failpointFrom } from '../../src/runtime/failpoint.js'
import { AnchorKeeper } from '../../src/snapshot/keeper.js'
import { SnapshotServer } from '../../src/snapshot/server.js'
import type { StatusModules } from '../../src/status/assemble.js'
import { NodeRecord } from '../../src/status/node-record.js'
import { ResourceSampler } from '../../src/status/resources.js'
import { diskGate } from './disk.js'
import { requestsTo } from './peers.js'
import { temporaryDirectory, VOTE_RULES, type World } from './world.js'

const { backend } = loadBackend()
/** As fast as the clock allows, nearly. */
const PACE_MS = 5

export function soloDocument({ members: [{ identity, label }] }: Pick<World, 'members'>): GenesisDocument {
  const { node: nodePublicKey, account: accountPublicKey } = identity.publicKeys
  const genesis = devnetGenesis([{ label, nodePublicKey, accountPublicKey }], VOTE_RULES)
  return { ...genesis, params: { ...devnetParams, d0: 2_000, tau2Windows: 4 } }
}

/** The ledger of a network with one operator that rotates and votes: every part real, no peer. */
export function soloNode(
  { crypto, members }: World,
  dir = temporaryDirectory(),
  snapshotInterval = 0,
  minWindowMs = PACE_MS,
) {
  const [{ identity, signer, label }] = members
  const document = soloDocument({ members })
  const hash = genesisHash(document)
  const store = openStore({ dir, mode: 'write' })
  initialiseStore(store, document)
  const time = systemTime
  const clock = new ClockRunner({ timechain: createTimechain({ backend, time }), time, floorMs: 0 })
  const record = new NodeRecord(time)
  const fatal: unknown[] = []
  const disk = diskGate({ onFatal: (error) => fatal.push(error) })
  const faults: string[] = []
  const statusAsked: string[] = []
  const onFault = (_window: number, detail: string) => faults.push(detail)
  const server = new SnapshotServer({ dataDir: dir, logger: silentLogger, onFault })
  const anchors = new AnchorKeeper({
    store,
    interval: snapshotInterval,
    writes: (write) => disk.attempt(write),
    wallMs: () => time.wallMs(),
    onAnchors: (windows) => server.announce(windows),
    onFatal: (error) => fatal.push(error),
  })
  const common = { genesisHash: hash, selfNodeId: identity.nodeId, random: seededRandom(1) }
  const ledger = new LedgerService({
    document,
    identity,
    store,
    disk,
    config: engineConfig(document, { ...common, minWindowMs, verify: { kind: 'full' } }),
    authenticator: new Authenticator(createSignatureVerifier(crypto), hash),
    clock,
    verifier: createProofVerifier({ backend, isClockIdle: () => clock.isIdle }),
    backend,
    signer,
    outbox: { broadcast: () => {}, send: () => {} },
    requests: requestsTo({}).requests,
    record,
    metrics: createNodeMetrics(createMetricsRegistry()),
    logger: silentLogger,
    time,
    failpoint: failpointFrom(undefined),
    anchors,
    checkpoint: undefined,
    enableCandidate: false,
    say: {
      evidence: () => {},
      registration: () => {},
      misbehaviour: () => {},
      status: (peer) => statusAsked.push(peer),
    },
    handsOver: () => false,
    onWindow: () => {},
    onFatal: (error) => fatal.push(error),
  })
  const resources = new ResourceSampler(dir)
  const stop = async () => {
    clock.stop()
    await ledger.stop()
    await server.stop()
    resources.close()
    store.close()
  }
  onTestFinished(stop)
  const { proposerRule: proposer, cementingRule: cementing, networkName } = document
  const facts = {
    label,
    networkName,
    rules: { proposer, cementing },
    genesisHash: hash,
    identity,
    build: runningBuild({}),
  }
  const parts = {
    ledger,
    store,
    clock,
    mesh: undefined,
    record,
    resources,
    snapshots: { server, interval: snapshotInterval },
    time,
    disk,
    log: { degraded: () => [] },
  }
  const modules: StatusModules = {
    ...facts,
    ...parts,
    host: { isSynced: ledger.isSynced, progress: undefined, totals: ledger.catchUp.totals, resync: undefined },
    manifest: undefined,
    jobs: new JobsSeen(join(dir, 'fleet'), createMetricsRegistry()),
    backendName: backend.name,
    cryptoBackend: 'node',
  }
  return { modules, ledger, store, record, resources, server, faults, fatal, statusAsked, dir, stop }
}
