import type { Digest } from '../digest/schema.js'
import type { PlannedDrill, RunDocument } from '../run/schema.js'

/** Everything the rules look at, whatever file it came from. Times are ms since the epoch, UTC. Not measured is null. */
export interface RunData {
  readonly run: RunDocument
  /** What happened of the planned drills; one that never began is missing here. */
  readonly drills: readonly Drill[]
  /** First and last instant of the run, whole slots; null where nothing says. */
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly polls: readonly Poll[]
  readonly nodes: readonly NodeData[]
  readonly digests: readonly Digest[]
  readonly quality: Quality
  /** Verdicts of earlier reports, or of the text under judgement, that say PASS. */
  readonly priorPasses: readonly PriorPass[]
}

export interface Drill extends PlannedDrill {
  readonly fromMs: number
  /** Null: until the end of the run. */
  readonly toMs: number | null
}

export interface PriorPass {
  readonly text: string
  readonly evidence: string
  /** What it speaks of; null or left away: nothing says. */
  readonly fromMs?: number | null
  readonly toMs?: number | null
}

/** One poll, or one moment of a legacy snapshot. */
export interface Poll {
  readonly seq: number
  readonly slot: number | null
  readonly tsMs: number | null
  readonly headWindow: number | null
  readonly headLabel: string | null
  readonly commonWindow: number | null
  readonly skewMs: number | null
  /** What the wall clock of the watchdog went too far since the poll before, ms; null where that cannot be told. */
  readonly clockStepMs?: number | null
}

export interface NodeData {
  readonly label: string
  /** One per poll, in their order. */
  readonly samples: readonly Sample[]
  /** Growth of the counters towards each peer between two polls of one instance; legacy tables have no peer. */
  readonly intervals: readonly Interval[]
}

/** One node in one poll. */
export interface Sample {
  readonly seq: number
  readonly tsMs: number | null
  readonly reachable: boolean
  readonly error: string | null
  readonly instance: string | null
  readonly startMs: number | null
  readonly uptimeS: number | null
  readonly restarts: number | null
  readonly result: string | null
  readonly phase: string | null
  readonly window: number | null
  readonly lag: number | null
  /** Length of a window as the node measured its clock, s. */
  readonly windowS?: number | null
  readonly headerHash: string | null
  readonly stateRoot: string | null
  /** At the common window of the poll. */
  readonly commonHeaderHash: string | null
  readonly commonStateRoot: string | null
  readonly build: string | null
  readonly bundle: string | null
  readonly manifest: DocumentSample | null
  readonly roster: DocumentSample | null
  readonly clockOffsetMs: number | null
  readonly clockErrorMs: number | null
  readonly timeSynced: boolean | null
  readonly load1: number | null
  readonly cores: number | null
  readonly memTotal: number | null
  readonly memUsed: number | null
  readonly swapUsed: number | null
  readonly rss: number | null
  readonly cgCurrent: number | null
  readonly diskFree: number | null
  readonly diskTotal: number | null
  readonly inodesFree: number | null
  readonly inodesTotal: number | null
  readonly psiMemFull: number | null
  readonly psiCpuSome: number | null
  readonly eldP99Ms: number | null
  readonly degraded: readonly string[]
  readonly peers: readonly PeerSample[]
  readonly jobs: readonly JobSample[]
}

export interface DocumentSample {
  readonly version: number | null
  readonly sha256: string
  readonly notAfterMs: number | null
  readonly state: string
}

export interface JobSample {
  readonly job: string
  readonly lastSuccessMs: number | null
  readonly code: string
}

/** Cumulative since the start of the instance. */
export interface PeerSample {
  readonly label: string
  readonly conns: number
  /** Seconds with a connection. */
  readonly upS: number
  readonly sent: number
  readonly ok: number
  readonly timeout: number
  readonly failed: number
  readonly rttP50Ms: number | null
  readonly rttP99Ms: number | null
  readonly closed: number
  readonly dialErr: number
  readonly hybrid: number
  readonly pq: number
  readonly classical: number
}

export interface Interval {
  /** Null: the sum over all peers. */
  readonly peer: string | null
  readonly fromSeq: number
  readonly toSeq: number
  readonly fromMs: number | null
  readonly toMs: number | null
  /** Length by the clock of the node, s. */
  readonly seconds: number
  /** Peer-seconds with a connection, s: the baseline is 720 pings per 3600 of them. */
  readonly connectedS: number
  readonly sent: number | null
  readonly ok: number
  readonly timeout: number | null
  readonly failed: number | null
  readonly closed: number
  readonly dialErr: number
  /** False where `ok` was rebuilt from a torn line, or contradicts another count: shown, never summed. */
  readonly isTrusted: boolean
  /** Counters that were rebuilt from a torn line, each zero: shown, never summed. */
  readonly doubled?: readonly IntervalCounter[]
}

export type IntervalCounter = 'ok' | 'closed' | 'dialErr'

/** Of the lines that were read: spec operations 4, Q2 to Q4. */
export interface Quality {
  readonly expected: number | null
  readonly valid: number
  readonly missing: number | null
  readonly corrupt: number
  readonly duplicate: number
  readonly late: number
  readonly repaired: number
  /** valid ÷ expected, 0 to 1; null where nobody knows what was expected. */
  readonly coverage: number | null
  readonly gaps: readonly Gap[]
  readonly defects: readonly Defect[]
  readonly lastSeq: number | null
  readonly lastSha256: string | null
  readonly isLegacy: boolean
}

export interface Gap {
  readonly fromMs: number
  readonly toMs: number
  readonly missingPolls: number
}

/** One thing wrong with a file: spec operations 3.6. */
export interface Defect {
  readonly file: string
  /** First is 1; null where it concerns the whole file. */
  readonly line: number | null
  readonly seq: number | null
  readonly kind: string
}
