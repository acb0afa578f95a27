import { intervalsOf } from '../../src/analysis/intervals.js'
import type { NodeData, PeerSample, Quality, RunData, Sample } from '../../src/analysis/run-data.js'
import { loadThresholds } from '../../src/thresholds/load.js'

export const START_MS = Date.parse('2026-01-01T00:00:00.000Z')
export const INTERVAL_MS = 300_000
export const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']
const HASH = 'a'.repeat(64)
const WINDOWS_PER_POLL = 5
const PINGS_PER_POLL = 60
export const { thresholds } = await loadThresholds()

export type Change = (sample: Sample, poll: number) => Partial<Sample>

export interface RunInit {
  readonly polls?: number
  readonly intervalMs?: number
  readonly timeScale?: number
  /** What differs from a healthy run, by label. */
  readonly changes?: Readonly<Record<string, Change>>
  readonly data?: Partial<RunData>
  readonly run?: Partial<RunData['run']>
}

/** A healthy run of four nodes, and what a test changes in it. */
export function runData({
  polls = 12,
  intervalMs = INTERVAL_MS,
  timeScale = 1,
  changes = {},
  ...init
}: RunInit = {}): RunData {
  const nodes = LABELS.map((label) => node(label, polls, intervalMs, changes[label]))
  const lastMs = START_MS + (polls - 1) * intervalMs
  return {
    run: { ...runDocument(intervalMs, timeScale), ...init.run },
    drills: [],
    ...{ fromMs: START_MS, toMs: lastMs },
    polls: Array.from({ length: polls }, (_, seq) => ({
      ...{ seq, slot: seq, tsMs: START_MS + seq * intervalMs, skewMs: 1 },
      ...{ headWindow: windowAt(seq), headLabel: 'moscow', commonWindow: windowAt(seq) },
    })),
    nodes,
    digests: [],
    quality: quality(polls),
    priorPasses: [],
    ...init.data,
  }
}

export function windowAt(poll: number): number {
  return 100 + WINDOWS_PER_POLL * poll
}

function runDocument(interval_ms: number, time_scale: number): RunData['run'] {
  return {
    ...{ schema: 'montana.run/1', run_id: 'test', created_at: new Date(START_MS).toISOString() },
    ...{
      interval_ms,
      deadline_ms: 10_000,
      time_scale,
      collector_node: 'moscow',
      pq_only: true,
      claims: [],
      drills: [],
    },
    nodes: LABELS.map((label) => ({ label, host: label })),
    thresholds: { version: 'thresholds.v1', sha256: HASH },
  }
}

export function quality(valid: number, extra: Partial<Quality> = {}): Quality {
  return {
    ...{ expected: valid, valid, missing: 0, corrupt: 0, duplicate: 0, late: 0, repaired: 0, coverage: 1 },
    ...{ gaps: [], defects: [], lastSeq: valid - 1, lastSha256: HASH, isLegacy: false },
    ...extra,
  }
}

function node(label: string, polls: number, intervalMs: number, change: Change = () => ({})): NodeData {
  const samples = Array.from({ length: polls }, (_, seq) => {
    const healthy = sample(label, seq, intervalMs)
    return { ...healthy, ...change(healthy, seq) }
  })
  return { label, samples, intervals: intervalsOf(samples) }
}

const UPTIME_BEFORE_S = 86_400

function sample(label: string, seq: number, intervalMs: number): Sample {
  const window = windowAt(seq)
  const passedS = (seq * intervalMs) / 1000
  return {
    ...{ seq, tsMs: START_MS + seq * intervalMs, reachable: true, error: null, instance: `${label}-1` },
    ...{ startMs: START_MS - UPTIME_BEFORE_S * 1000, uptimeS: UPTIME_BEFORE_S + passedS, restarts: 0, result: null },
    ...{ phase: 'Active', window, lag: 0, headerHash: hash('a', window), stateRoot: hash('b', window) },
    ...{ commonHeaderHash: hash('a', window), commonStateRoot: hash('b', window) },
    ...{ build: '0.1.0', bundle: null, manifest: null, roster: null },
    ...{ clockOffsetMs: 0, clockErrorMs: 1, timeSynced: true, load1: 0.5, cores: 1 },
    ...{ memTotal: 1e9, memUsed: 5e8, swapUsed: 0, rss: 1.1e8, cgCurrent: null },
    ...{ diskFree: 5e10, diskTotal: 1e11, inodesFree: 5e6, inodesTotal: 1e7 },
    ...{ psiMemFull: 0, psiCpuSome: 0, eldP99Ms: 5, degraded: [], jobs: [] },
    peers: LABELS.filter((other) => other !== label).map((other) => peer(other, seq, passedS)),
  }
}

function hash(kind: string, window: number): string {
  return `${kind}${window}`.padEnd(64, '0')
}

export function peer(label: string, seq: number, passedS: number): PeerSample {
  const ok = PINGS_PER_POLL * seq
  return {
    ...{ label, conns: 1, upS: passedS, sent: ok, ok, timeout: 0, failed: 0, rttP50Ms: 1, rttP99Ms: 3 },
    ...{ closed: 0, dialErr: 0, hybrid: 1, pq: 0, classical: 0 },
  }
}

/** What a poll without an answer leaves. */
export const AWAY: Partial<Sample> = {
  ...{ reachable: false, error: 'ECONNREFUSED', instance: null, startMs: null, uptimeS: null, restarts: null },
  ...{ phase: null, window: null, lag: null, headerHash: null, stateRoot: null, commonHeaderHash: null },
  ...{ commonStateRoot: null, build: null, clockOffsetMs: null, clockErrorMs: null, timeSynced: null, rss: null },
  ...{ load1: null, cores: null, swapUsed: null, psiMemFull: null, diskFree: null, inodesFree: null, peers: [] },
}
