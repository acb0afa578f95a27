import type { Identity } from '@montana/crypto'
import { formatTime, type TimeSource, toHex } from '@montana/foundation'
import { isActive, type ProtocolParams, supply } from '@montana/ledger'
import type { Mesh, PeerSnapshot, StrangerSnapshot } from '@montana/network'
import type { Store } from '@montana/store'
import type { RunningBuild } from '../build-info.js'
import type { LedgerService } from '../ledger-service.js'
import type { LogHealth } from '../log/node-log.js'
import type { ManifestFollower } from '../manifest/follower.js'
import type { JobsSeen } from '../manifest/jobs.js'
import type { ClockRunner } from '../runtime/clock-runner.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import type { SnapshotServer } from '../snapshot/server.js'
import type { LedgerHost } from '../sync/ledger-host.js'
import { catchUpStatus, caughtUpStatus, labelOf } from './catch-up-status.js'
import { clockStatus } from './clock-status.js'
import type { NodeRecord } from './node-record.js'
import type { ResourceSampler } from './resources.js'
import type { NodeStatus, PeerStatus, WindowStatus } from './schema.js'
import { voteStatus } from './vote-status.js'

const INCIDENTS_SHOWN = 32

export interface StatusModules {
  readonly label: string
  readonly networkName: string
  readonly rules: { readonly proposer: string; readonly cementing: string }
  readonly genesisHash: Uint8Array
  readonly identity: Identity
  readonly build: RunningBuild
  readonly manifest: Pick<ManifestFollower, 'status' | 'degraded'> | undefined
  readonly jobs: Pick<JobsSeen, 'jobs' | 'degraded' | 'document' | 'state'>
  readonly backendName: string
  readonly cryptoBackend: string
  readonly ledger: LedgerService
  readonly host: Pick<LedgerHost, 'isSynced' | 'progress' | 'totals' | 'resync'>
  readonly store: Store
  readonly clock: ClockRunner
  readonly mesh: Mesh | undefined
  readonly record: NodeRecord
  readonly resources: ResourceSampler
  readonly snapshots: { readonly server: Pick<SnapshotServer, 'anchors' | 'bytesServed'>; readonly interval: number }
  readonly time: TimeSource
  readonly log: Pick<LogHealth, 'degraded'>
  readonly disk: Pick<DiskGate, 'degraded'>
}

/** The status document, from memory; only an explicitly asked-for older window is looked up in the store. */
export function assembleStatus(modules: StatusModules, atWindow: number | undefined): NodeStatus {
  const { ledger, record, time, identity } = modules
  const { chain } = ledger.loop.state
  const { context } = chain
  const peers = modules.mesh?.peers() ?? []
  return {
    schema: 'montana.status/1',
    label: modules.label,
    network: modules.networkName,
    genesis_hash: toHex(modules.genesisHash),
    sampled_at: formatTime(time.wallMs()),
    mono_ms: Math.round(time.monotonicMs()),
    build: modules.build,
    manifest: modules.manifest?.status(modules.jobs.state('manifest')) ?? null,
    roster: modules.jobs.document('roster'),
    proc: processStatus(record, time),
    phase: ledger.phase,
    window: context.window,
    header_hash: toHex(context.proposalHash),
    state_root: toHex(stateRootAt(modules.store, context.window) ?? context.proposalHash),
    cemented_at: record.recent.at(-1)?.at ?? null,
    recent: [...record.recent],
    ...(atWindow !== undefined && { at_window: windowStatus(modules, atWindow) }),
    synced: modules.host.isSynced,
    target_window: ledger.catchUp.target,
    D: context.nextD,
    clock: clockStatus({
      backendName: modules.backendName,
      reading: modules.clock.reading,
      d: context.nextD,
      record,
      proofs: ledger.prover.counters,
    }),
    crypto: { backend: modules.cryptoBackend },
    candidate: candidateStatus(ledger),
    vote: voteStatus({
      rules: modules.rules,
      rule: ledger.loop.rule,
      state: ledger.loop.state,
      self: { nodeId: identity.nodeId, label: modules.label },
      peers,
    }),
    incidents: incidentStatus(modules.store),
    node_id: toHex(identity.nodeId),
    account_id: toHex(identity.accountId),
    peer_id: modules.mesh?.peerId ?? null,
    node_table: chain.tables.nodes.size,
    account_table: chain.tables.accounts.size,
    balance: chain.tables.accounts.get(identity.accountId)?.balance.toString() ?? null,
    active_nodes: activeNodes(modules),
    supply: supply(context.window, chain.params.emissionMoneta).toString(),
    epoch: epochOf(context.window, chain.params),
    peers: peers.map((peer) => peerStatus(peer, record)),
    strangers: (modules.mesh?.strangers() ?? []).map(strangerStatus),
    proposals: record.proposals,
    jobs: modules.jobs.jobs,
    res: modules.resources.latest,
    time: { synced: null, source: null, offset_ms: null },
    degraded: degradedCodes(modules),
    findings: findingsOf(record, peers),
    snapshots: snapshotStatus(modules),
    catch_up: catchUpStatus(modules.host.progress, peers),
    caught_up: caughtUpStatus(modules.host.totals),
  }
}

function snapshotStatus({ snapshots: { server, interval }, store }: StatusModules): NodeStatus['snapshots'] {
  const { anchors, bytesServed } = server
  return { interval, anchors: [...anchors], bytes_served: bytesServed, frozen_rows: store.anchors.keptRows() }
}

function findingsOf({ findings }: NodeRecord, peers: readonly PeerSnapshot[]): NodeStatus['findings'] {
  return findings.map((one) => (one.peer === undefined ? one : { ...one, peer: labelOf(one.peer, peers) }))
}

function degradedCodes({ ledger, disk, host, log, manifest, jobs }: StatusModules): string[] {
  const { halted } = ledger.loop.state
  return [
    ...(halted ? [halted] : []),
    ...(host.resync === undefined ? [] : ['RESYNC']),
    ...disk.degraded(),
    ...log.degraded(),
    ...(manifest?.degraded ?? []),
    ...jobs.degraded,
  ]
}

/** A step that a full disk holds may have stored a window that this node does not speak of yet. */
function stateRootAt(store: Store, window: number): Uint8Array | undefined {
  const head = store.head()
  return head?.window === window ? head.stateRoot : store.windowAt(window)?.stateRoot
}

function processStatus(record: NodeRecord, time: TimeSource): NodeStatus['proc'] {
  const { instance, startedAtMs, startedAtMonotonicMs } = record
  const uptime_s = Math.round((time.monotonicMs() - startedAtMonotonicMs) / 1000)
  return { instance, pid: process.pid, start_ts: formatTime(startedAtMs), uptime_s, restarts: null, result: null }
}

/** Position of `window` in its epoch: epoch e holds the windows e·τ₂ + 1 … (e + 1)·τ₂ (spec protocol 3.1). */
function epochOf(
  window: number,
  params: Pick<ProtocolParams, 'tau2Windows' | 'selectionInterval'>,
): NodeStatus['epoch'] {
  const { tau2Windows: length, selectionInterval } = params
  const index = Math.max(0, Math.floor((window - 1) / length))
  const nextSelection = (Math.floor(window / selectionInterval) + 1) * selectionInterval
  return { index, position: window - index * length, length, next_selection: nextSelection }
}

function candidateStatus({ candidacy }: LedgerService): NodeStatus['candidate'] {
  const { progress } = candidacy
  if (!progress) return null
  const { wStart, windowsDone, windowsRequired } = progress
  return { w_start: wStart, windows_done: windowsDone, windows_required: windowsRequired }
}

/** The latest of what peers did wrong; all of it is in the store. */
function incidentStatus(store: Store): NodeStatus['incidents'] {
  return store.incidents
    .list()
    .slice(0, INCIDENTS_SHOWN)
    .map(({ code, peer, count, lastWindow }) => ({ code, peer: peer.slice(-8), count, last_window: lastWindow }))
}

function activeNodes({ ledger }: StatusModules): number {
  const { tables, params, context } = ledger.loop.state.chain
  return [...tables.nodes.entries()].filter((node) => isActive(node, context.window + 1, params.tau2Windows)).length
}

/** Hashes of one window: from memory where it is recent, else from the store. */
function windowStatus({ record, store }: StatusModules, window: number): WindowStatus | null {
  const recent = record.recent.find((entry) => entry.window === window)
  if (recent) return recent
  const stored = store.windowAt(window)
  if (!stored) return null
  const at = formatTime(stored.appliedAtMs ?? 0)
  return { window, header_hash: toHex(stored.proposalHash), state_root: toHex(stored.stateRoot), at }
}

export function peerStatus(peer: PeerSnapshot, record: NodeRecord): PeerStatus {
  return {
    id8: peer.id8,
    label: peer.label,
    conns: peer.connections,
    up_s: Math.round(peer.upSeconds * 1000) / 1000,
    ping_sent: peer.ping.sent,
    ping_ok: peer.ping.ok,
    ping_timeout: peer.ping.timeout,
    ping_failed: peer.ping.failed,
    rtt_p50_ms: rounded(peer.rttP50Ms),
    rtt_p99_ms: rounded(peer.rttP99Ms),
    closed: peer.closed,
    dial_err: peer.dialErrors,
    handshakes: peer.handshakes,
    suites: peer.suites,
    healthy: peer.healthy,
    misses: peer.consecutiveMisses,
    redial_ms: rounded(peer.redialDelayMs),
    dial_code: peer.awayCode ?? null,
    bytes_sent: peer.bytesSent,
    bytes_received: peer.bytesReceived,
    queue_messages: peer.queue.messages,
    queue_bytes: peer.queue.bytes,
    score: Math.round(peer.score * 10) / 10,
    head: peer.connections > 0 ? record.headOf(peer.peerId) : null,
  }
}

export function strangerStatus({ peerId, upSeconds, heardMs }: StrangerSnapshot): NodeStatus['strangers'][number] {
  const heard_s = heardMs === undefined ? null : Math.round(heardMs / 100) / 10
  return { peer_id: peerId, up_s: Math.round(upSeconds * 1000) / 1000, heard_s }
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000
}
