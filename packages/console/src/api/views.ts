// What the API answers; the page is written against these types. Labels only, never an address (spec operations 1).
// Not measured is null; times are RFC 3339 UTC, durations ms or s as the name says, sizes bytes.

export type * from './failover-views.js'

/** `/api/features`: the parts of this console. */
export interface FeaturesView {
  /** Whether a token opens anything that changes something. */
  readonly mutations: FeatureView
  readonly failover: FeatureView
  readonly mirrors: FeatureView
  readonly soak: FeatureView
}

export interface FeatureView {
  readonly isEnabled: boolean
  /** What to do to have it; null where it is there. */
  readonly howTo: string | null
}

/** Do all nodes that know a window have the same hashes for it? `unknown`: fewer than two could be compared. */
export type Agreement = 'yes' | 'no' | 'unknown'

/** `/api/mesh`, and the event `mesh`. */
export interface MeshView {
  readonly at: string
  readonly network: string | null
  readonly head: { readonly label: string; readonly window: number } | null
  /** Time since the head was cemented, by the clock of the node that has it. */
  readonly cementedAgeMs: number | null
  /** At the lowest window of all nodes that answer. */
  readonly common: { readonly window: number; readonly agrees: Agreement; readonly compared: number } | null
  /** Members of the ledger, and how many of them are here and answer. */
  readonly members: { readonly active: number | null; readonly up: number }
  readonly open: OpenWindow | null
  /** Oldest first. */
  readonly recent: readonly RecentWindow[]
  readonly nodes: readonly NodeView[]
}

/** The window that is being decided, as the node with the head sees it. */
export interface OpenWindow {
  readonly window: number
  readonly proposer: string | null
  readonly round: number
  readonly rule: string
  /** Members whose confirmation none of the answering nodes but perhaps themselves has. */
  readonly waitsFor: readonly string[]
}

export interface RecentWindow {
  readonly window: number
  readonly at: string
  /** Since the window before; null for the first that is known. */
  readonly tookMs: number | null
  readonly headerHash: string
  readonly agrees: Agreement
  /** Nodes whose hash of this window is known. */
  readonly compared: number
}

export interface NodeView {
  readonly label: string
  readonly reachable: boolean
  readonly error: { readonly code: string; readonly text: string } | null
  readonly phase: string | null
  /** Work of a candidate. */
  readonly candidate: { readonly done: number; readonly required: number } | null
  /** Window of the next selection, which may admit who is registered. */
  readonly nextSelection: number | null
  /** First window that it signs; null and `isSilent`: it does not know yet. */
  readonly signFrom: number | null
  readonly isSilent: boolean | null
  readonly window: number | null
  readonly lag: number | null
  readonly synced: boolean | null
  readonly headerHash: string | null
  readonly peersConnected: number | null
  readonly peersTotal: number | null
  readonly heartbeats: Heartbeats | null
  readonly rssBytes: number | null
  readonly restarts: number | null
  readonly uptimeS: number | null
  readonly build: string | null
  readonly clock: {
    readonly backend: string
    readonly stepsPerSecond: number | null
    readonly load: number | null
  } | null
  /** Codes that the node raises about itself. */
  readonly degraded: readonly string[]
  readonly findings: readonly string[]
  readonly peers: readonly PeerView[]
}

/** Answered pings, and how many the time with a connection makes one expect: one per 5 s. */
export interface Heartbeats {
  readonly ok: number
  readonly expected: number
  /** ok ÷ expected; null while too few are expected to say. */
  readonly ratio: number | null
}

export interface PeerView {
  readonly label: string
  readonly connected: boolean
  readonly heartbeats: Heartbeats
  readonly timeout: number
  readonly failed: number
  readonly rttP50Ms: number | null
  readonly rttP99Ms: number | null
}

/** `/api/soak`. */
export interface SoakView {
  /** False: there is no soak file yet. */
  readonly exists: boolean
  readonly run: RunView | null
  readonly coverage: CoverageView | null
  readonly chain: { readonly seq: number; readonly sha256: string } | null
  /** Lines among those read that are no records. */
  readonly corrupt: number
  readonly series: SoakSeries
  readonly drills: readonly DrillView[]
  readonly report: ReportView | null
}

/** What the records say about the run, and what was declared before it where it has a run document. */
export interface RunView {
  readonly runId: string
  readonly intervalMs: number
  /** Above 1: compressed. Null: not declared. */
  readonly timeScale: number | null
  readonly lastTs: string
  readonly records: number
  readonly head: number | null
}

/** Of the records shown: slots with a record ÷ slots. */
export interface CoverageView {
  readonly from: string
  readonly to: string
  readonly expected: number
  readonly valid: number
  /** False where older records of the run were left out. */
  readonly isWholeRun: boolean
}

/** One entry per record in each list. */
export interface SoakSeries {
  /** Seconds since the epoch. */
  readonly t: readonly number[]
  readonly nodes: readonly NodeSeries[]
}

export interface NodeSeries {
  readonly label: string
  readonly lag: readonly (number | null)[]
  readonly rssBytes: readonly (number | null)[]
  /** Answered ÷ expected heartbeats to all peers over about a minute of connections. */
  readonly ratio: readonly (number | null)[]
  /** Restarts seen since the first record shown. */
  readonly restarts: readonly (number | null)[]
}

export interface DrillView {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly peer: string | null
  readonly window: number | null
  readonly durationS: number | null
  /** Null: has not begun. */
  readonly from: string | null
  /** Null with `from`: goes on. */
  readonly to: string | null
}

/** The latest report beside the soak file; `null` members where it cannot be read. */
export interface ReportView {
  readonly readable: boolean
  readonly verdict: string | null
  readonly closing: string | null
  readonly generatedAt: string | null
  /** Open findings by severity, and those that a drill or another finding accounts for. */
  readonly summary: {
    readonly critical: number
    readonly warning: number
    readonly info: number
    readonly accounted: number
  } | null
  readonly rows: readonly ReportRow[]
  /** Open ones first, each part with the gravest first. */
  readonly findings: readonly FindingView[]
  /** Findings left out of the list. */
  readonly moreFindings: number
  /** Whether `/report/report.html` exists. */
  readonly hasPage: boolean
}

export interface ReportRow {
  readonly component: string
  readonly claim: string
  readonly verdict: string
  readonly findings: number
  readonly reasons: readonly string[]
}

export interface FindingView {
  readonly id: string
  readonly severity: string
  readonly node: string | null
  readonly peer: string | null
  readonly from: string | null
  readonly to: string | null
  readonly text: string
  readonly remedy: string
  /** A declared drill or another finding accounts for it. */
  readonly explained: boolean
}

/** The event `soak`: there is a new record, or a new report. */
export interface SoakTick {
  readonly seq: number | null
  readonly report: string | null
}

export interface ErrorView {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string; readonly field?: string }
}
