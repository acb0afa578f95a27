import type { SoakNode, SoakRecord } from '../record/schema.js'
import type { DocumentSample, JobSample, PeerSample, Poll, Sample } from './run-data.js'
import { msOf } from './times.js'

/** One node of one record as the rules see it; its time is in the collector's clock. Pure. */
export function toSample(record: Pick<SoakRecord, 'seq' | 'ts'>, node: SoakNode): Sample {
  return {
    ...identity(record, node),
    ...chain(node),
    ...software(node),
    ...host(node),
    degraded: node.degraded ?? [],
    peers: (node.peers ?? []).map(toPeer),
    jobs: (node.jobs ?? []).map(toJob),
  }
}

const NOTHING = {
  ...{
    instance: null,
    startMs: null,
    uptimeS: null,
    restarts: null,
    result: null,
    phase: null,
    window: null,
    lag: null,
  },
  ...{ windowS: null, headerHash: null, stateRoot: null, commonHeaderHash: null, commonStateRoot: null, build: null },
  ...{ bundle: null, manifest: null, roster: null, clockOffsetMs: null, clockErrorMs: null, timeSynced: null },
  ...{ load1: null, cores: null, memTotal: null, memUsed: null, swapUsed: null, rss: null, cgCurrent: null },
  ...{ diskFree: null, diskTotal: null, inodesFree: null, inodesTotal: null, psiMemFull: null, psiCpuSome: null },
  eldP99Ms: null,
}

/** A node that a record does not name at all. Pure. */
export function absentSample({ seq, tsMs }: Pick<Poll, 'seq' | 'tsMs'>): Sample {
  return { seq, tsMs, reachable: false, error: 'NOT_RECORDED', ...NOTHING, degraded: [], peers: [], jobs: [] }
}

function identity({ seq, ts }: Pick<SoakRecord, 'seq' | 'ts'>, node: SoakNode) {
  const { proc, reachable, error, sampled_at, clock_offset_ms } = node
  return {
    seq,
    tsMs: sampled_at === null ? Date.parse(ts) : Date.parse(sampled_at) - (clock_offset_ms ?? 0),
    reachable,
    error: error?.code ?? null,
    instance: proc?.instance ?? null,
    startMs: msOf(proc?.start_ts ?? null),
    uptimeS: proc?.uptime_s ?? null,
    restarts: proc?.restarts ?? null,
    result: proc?.result ?? null,
  }
}

function chain({ phase, window, lag, clock, header_hash, state_root, common }: SoakNode) {
  return {
    ...{ phase, window, lag, headerHash: header_hash, stateRoot: state_root },
    windowS: clock?.window_s ?? null,
    commonHeaderHash: common.header_hash,
    commonStateRoot: common.state_root,
  }
}

function software({ build, manifest, roster, clock_offset_ms, clock_error_ms, time }: SoakNode) {
  return {
    build: build && `${build.version}${build.revision === null ? '' : `+${build.revision.slice(0, 12)}`}`,
    bundle: build?.bundle_sha256 ?? null,
    manifest: manifest && toDocument(manifest),
    roster: roster && toDocument(roster),
    clockOffsetMs: clock_offset_ms,
    clockErrorMs: clock_error_ms,
    timeSynced: time?.synced ?? null,
  }
}

function host({ res }: SoakNode) {
  return {
    load1: res?.load1 ?? null,
    cores: res?.cores ?? null,
    memTotal: res?.mem_total ?? null,
    memUsed: res?.mem_used ?? null,
    swapUsed: res?.swap_used ?? null,
    rss: res?.rss ?? null,
    cgCurrent: res?.cg_current ?? null,
    diskFree: res?.disk_free ?? null,
    diskTotal: res?.disk_total ?? null,
    inodesFree: res?.inodes_free ?? null,
    inodesTotal: res?.inodes_total ?? null,
    psiMemFull: res?.psi.mem_full ?? null,
    psiCpuSome: res?.psi.cpu_some ?? null,
    eldP99Ms: res?.eld_p99_ms ?? null,
  }
}

function toDocument({ version, sha256, not_after, state }: NonNullable<SoakNode['manifest']>): DocumentSample {
  return { version, sha256, notAfterMs: msOf(not_after), state }
}

function toPeer(peer: NonNullable<SoakNode['peers']>[number]): PeerSample {
  return {
    label: peer.label,
    conns: peer.conns,
    upS: peer.up_s,
    sent: peer.ping_sent,
    ok: peer.ping_ok,
    timeout: peer.ping_timeout,
    failed: peer.ping_failed,
    rttP50Ms: peer.rtt_p50_ms,
    rttP99Ms: peer.rtt_p99_ms,
    closed: peer.closed,
    dialErr: peer.dial_err,
    hybrid: peer.handshakes.hybrid,
    pq: peer.handshakes.pq,
    classical: peer.handshakes.none,
  }
}

function toJob({ job, last_success, code }: NonNullable<SoakNode['jobs']>[number]): JobSample {
  return { job, lastSuccessMs: msOf(last_success), code }
}
