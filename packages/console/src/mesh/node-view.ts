import type { Heartbeats, NodeView, PeerView, ResourcesView } from '../api/views.js'
import { CODES_SHOWN, PEERS_SHOWN } from '../constants.js'
import type { Sample, Status } from './status.js'

/** One ping per peer in so many seconds of connection: 720 an hour (spec operations 5). */
const PING_INTERVAL_S = 5
/** With fewer, one ping that is still on its way would read as a loss. */
const RATIO_MIN_EXPECTED = 5

type Peer = Status['peers'][number]

/** One node as the page shows it; `headWindow` is the highest window of any, `cpuCores` what its process uses. Pure. */
export function nodeView(
  { source, status, error }: Sample,
  headWindow: number | null,
  cpuCores: number | null,
): NodeView {
  if (status === null) return { ...UNKNOWN, label: source.label, error: { code: error.code, text: error.text } }
  const { peers, candidate, epoch, vote, clock, build, proc, res } = status
  return {
    ...{ label: source.label, reachable: true, error: null, phase: status.phase },
    candidate: candidate && { done: candidate.windows_done, required: candidate.windows_required },
    nextSelection: epoch?.next_selection ?? null,
    signFrom: vote?.sign_from ?? null,
    isSilent: vote && (vote.sign_from === null || vote.sign_from > status.window + 1),
    ...{ window: status.window, lag: headWindow === null ? null : headWindow - status.window },
    ...{ synced: status.synced, headerHash: status.header_hash, stateRoot: status.state_root },
    ...{ peersConnected: peers.filter(({ conns }) => conns > 0).length, peersTotal: peers.length },
    heartbeats: peers.length === 0 ? null : heartbeatsOf(peers),
    ...{ rssBytes: res?.rss ?? null, restarts: proc.restarts, uptimeS: proc.uptime_s },
    build: build && (build.revision === null ? build.version : `${build.version} ${build.revision.slice(0, 8)}`),
    clock: clock && { backend: clock.backend, stepsPerSecond: clock.steps_per_second, load: clock.load },
    resources: res && resourcesView(res, cpuCores),
    degraded: codesOf(status.degraded ?? []),
    findings: codesOf(status.findings.map(({ code }) => code)),
    peers: peers.slice(0, PEERS_SHOWN).map(peerView),
  }
}

function codesOf(codes: readonly string[]): string[] {
  return [...new Set(codes)].slice(0, CODES_SHOWN)
}

const UNKNOWN: Omit<NodeView, 'label' | 'error'> = {
  ...{
    reachable: false,
    phase: null,
    candidate: null,
    nextSelection: null,
    signFrom: null,
    isSilent: null,
    window: null,
    lag: null,
  },
  ...{ synced: null, headerHash: null, stateRoot: null, peersConnected: null, peersTotal: null, heartbeats: null },
  ...{ rssBytes: null, restarts: null, uptimeS: null, build: null, clock: null, resources: null },
  ...{ degraded: [], findings: [], peers: [] },
}

function resourcesView(res: NonNullable<Status['res']>, cpuCores: number | null): ResourcesView {
  return {
    ...{ cpuCores, load1: res.load1, cores: res.cores, rssBytes: res.rss },
    ...{ memUsedBytes: res.mem_used, memTotalBytes: res.mem_total, swapUsedBytes: res.swap_used },
    ...{ diskFreeBytes: res.disk_free, diskTotalBytes: res.disk_total, loopDelayMs: res.eld_p99_ms },
    ...{ psiCpuPercent: res.psi.cpu_some, psiMemPercent: res.psi.mem_full, psiIoPercent: res.psi.io_some },
  }
}

function peerView(peer: Peer): PeerView {
  return {
    label: peer.label,
    connected: peer.conns > 0,
    heartbeats: heartbeatsOf([peer]),
    ...{ timeout: peer.ping_timeout, failed: peer.ping_failed },
    ...{ rttP50Ms: peer.rtt_p50_ms, rttP99Ms: peer.rtt_p99_ms },
  }
}

/** Against those that ended, or against what the time with a connection makes one expect if that is more. */
function heartbeatsOf(peers: readonly Peer[]): Heartbeats {
  const sum = (of: (peer: Peer) => number) => peers.reduce((total, peer) => total + of(peer), 0)
  const ok = sum(({ ping_ok }) => ping_ok)
  const expected = sum((peer) => Math.max(endedPings(peer), Math.floor(peer.up_s / PING_INTERVAL_S)))
  return { ok, expected, ratio: expected < RATIO_MIN_EXPECTED * peers.length ? null : ok / expected }
}

function endedPings({ ping_ok, ping_timeout, ping_failed }: Peer): number {
  return ping_ok + ping_timeout + ping_failed
}
