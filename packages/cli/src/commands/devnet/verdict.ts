import type { NodeStatus } from '@montana/node/settings'
import type { DrillRecord } from './drills.js'
import type { LateObservation } from './late-node.js'
import type { SoakResult } from './soak-result.js'

export interface NodeResult {
  readonly label: string
  readonly phase: string | null
  readonly window: number | null
  readonly lag: number | null
  readonly headerHash: string | null
  readonly stateRoot: string | null
  /** The same under the name that the status has. */
  readonly state_root: string | null
  readonly root: string | null
  readonly rssBytes: number | null
  readonly restarts: number
  readonly unplannedExits: number
  readonly isGone: boolean
  readonly findings: readonly NodeFinding[]
  /** What catching up came to; null for a node that never had to. */
  readonly catch_up: NodeStatus['caught_up'] | null
  readonly peers: readonly { label: string; sent: number; ok: number; timeout: number; rttMsP50: number | null }[]
}

export interface NodeFinding {
  readonly code: string
  /** Label of the peer that it is about. */
  readonly peer: string | null
  readonly window: number
  readonly detail: string
}

export interface DevnetResult {
  readonly verdict: 'PASS' | 'FAIL'
  /** Why it failed; empty for PASS. */
  readonly reasons: readonly string[]
  readonly firstWindow: number
  readonly lastWindow: number
  readonly windows: number
  readonly durationMs: number
  readonly dataDir: string
  readonly genesisHash: string
  /** Windows of this run by who proposed them, and by who was credited in them. */
  readonly proposers: Readonly<Record<string, number>>
  readonly confirmers: Readonly<Record<string, number>>
  readonly clock: { readonly backend: string | null; readonly stepsPerSecond: number | null }
  readonly nodes: readonly NodeResult[]
  readonly drills: readonly DrillRecord[]
  readonly soak: SoakResult | null
  /** Where the page was while the run went on; null without one. */
  readonly console: string | null
}

export interface NodeObservation {
  readonly label: string
  readonly status: NodeStatus | undefined
  readonly restarts: number
  readonly unplannedExits: number
  readonly failure: string | undefined
  /** Away for good by a drill: not compared. */
  readonly isGone: boolean
}

/** The candidate of the devnet, if it has one. */
export interface Admission {
  readonly label: string
  /** Undefined while it is not in the table. */
  readonly admittedAt: number | undefined
}

export interface Observation {
  readonly admission: Admission | undefined
  readonly startHead: number
  readonly wanted: number | undefined
  /** The window at which the nodes are compared; every status carries its hashes. */
  readonly commonWindow: number
  readonly head: number
  readonly stalled: boolean
  readonly hadFaults: boolean
  readonly late: LateObservation | undefined
  /** Serves something wrong now and then. */
  readonly liar: string | undefined
  /** How the node that joins was told to reach the others. */
  readonly sync: string | undefined
  readonly nodes: readonly NodeObservation[]
}

const MAX_LAG = 1
const PROOF_INVALID = 'PROOF_INVALID'
/** With so many windows to fetch every node of the devnet is asked for some. */
const LIE_CERTAIN_FROM = 8
/** A devnet for snapshots makes one of every eight windows; two of them are served by then. */
const SNAPSHOT_CERTAIN_FROM = 17
/** A candidate of the devnet is admitted at the third selection at the latest. */
export const ADMITTED_BY_WINDOW = 36

/** Turns what was observed into rows; hashes are those of the common window. */
export function nodeResults({ nodes, commonWindow, head }: Observation): NodeResult[] {
  return nodes.map(({ label, status, restarts, unplannedExits, isGone }) => {
    const at = isGone ? undefined : hashesAt(status, commonWindow)
    return {
      label,
      phase: isGone ? null : (status?.phase ?? null),
      window: at?.window ?? null,
      lag: status && !isGone ? head - status.window : null,
      headerHash: at?.header_hash ?? null,
      stateRoot: at?.state_root ?? null,
      state_root: at?.state_root ?? null,
      root: at?.state_root ?? null,
      rssBytes: isGone ? null : (status?.res.rss ?? null),
      restarts,
      unplannedExits,
      isGone,
      findings: findingsOf(status),
      catch_up: status?.caught_up.mode ? status.caught_up : null,
      peers: (isGone ? [] : (status?.peers ?? [])).map((peer) => ({
        label: peer.label,
        sent: peer.ping_sent,
        ok: peer.ping_ok,
        timeout: peer.ping_timeout,
        rttMsP50: peer.rtt_p50_ms,
      })),
    }
  })
}

function findingsOf(status: NodeStatus | undefined): NodeFinding[] {
  return (status?.findings ?? []).map(({ code, peer, window, detail }) => ({
    code,
    peer: peer ?? null,
    window,
    detail,
  }))
}

function hashesAt(status: NodeStatus | undefined, window: number) {
  if (!status) return undefined
  if (window === 0) return { window: 0, header_hash: '0'.repeat(64), state_root: status.state_root }
  return status.at_window ?? status.recent.find((entry) => entry.window === window)
}

/** Every reason for which the run is not a PASS, in words. */
export function failReasons(observation: Observation, rows: readonly NodeResult[]): string[] {
  const { startHead, wanted, commonWindow, stalled, hadFaults, nodes } = observation
  const present = rows.filter(({ isGone }) => !isGone)
  const reasons: string[] = nodes.flatMap(({ failure }) => failure ?? [])
  if (stalled) reasons.push(`no window was cemented in time after window ${commonWindow}`)
  if (wanted !== undefined && commonWindow - startHead < wanted) {
    reasons.push(`${commonWindow - startHead} of ${wanted} windows were cemented by every node`)
  }
  for (const row of present) {
    if (row.headerHash === null) reasons.push(`${row.label} has no hashes of window ${commonWindow}`)
    if (row.lag === null || row.lag > MAX_LAG)
      reasons.push(`${row.label} lags by ${row.lag ?? 'an unknown number of'} windows`)
    if (row.unplannedExits > 0) reasons.push(`${row.label} ended by itself ${row.unplannedExits} times`)
  }
  const known = present.filter(({ headerHash }) => headerHash !== null)
  if (new Set(known.map(({ headerHash }) => headerHash)).size > 1) reasons.push('header hashes differ')
  if (new Set(known.map(({ stateRoot }) => stateRoot)).size > 1) reasons.push('state roots differ')
  if (!hadFaults) reasons.push(...timeouts(rows))
  reasons.push(...lateAdmission(observation))
  for (const { label, findings } of rows) {
    const found = findings.filter(({ code, peer }) => code !== PROOF_INVALID || peer !== observation.liar)
    reasons.push(...found.map(({ code, window }) => `${label}: ${code} at window ${window}`))
  }
  reasons.push(...lateReasons(observation, rows))
  return reasons
}

function lateReasons(observation: Observation, rows: readonly NodeResult[]): string[] {
  const { late, commonWindow } = observation
  if (!late) return []
  const { label, joinedAt, isMissed, failure } = late
  if (failure !== undefined) return [`${label} could not be started: ${failure}`]
  if (joinedAt === undefined) return [`${label} was not started: its window did not come`]
  const row = rows.find((one) => one.label === label)
  const missed = isMissed ? [`${label} did not reach window ${commonWindow} in time`] : []
  return [...missed, ...unnoticedLie(observation, row), ...otherWay(observation, row, joinedAt)]
}

function unnoticedLie({ liar }: Observation, row: NodeResult | undefined): string[] {
  const isNamed = row?.findings.some(({ code, peer }) => code === PROOF_INVALID && peer === liar)
  const { windows = 0 } = row?.catch_up ?? {}
  if (liar === undefined || isNamed || windows < LIE_CERTAIN_FROM) return []
  return [`${row?.label} did not notice that ${liar} lies`]
}

/** A node that is new takes the way that it was told, once there is a snapshot to take. */
function otherWay({ sync, startHead }: Observation, row: NodeResult | undefined, joinedAt: number): string[] {
  const used = row?.catch_up?.mode
  const isTold = sync === 'range' || (sync === 'snapshot' && startHead === 0 && joinedAt >= SNAPSHOT_CERTAIN_FROM)
  if (!isTold || used === undefined || used === sync) return []
  return [`${row?.label} was to catch up by ${sync}, and did by ${used}`]
}

function timeouts(rows: readonly NodeResult[]): string[] {
  return rows.flatMap(({ label, peers }) =>
    peers
      .filter(({ timeout }) => timeout > 0)
      .map((peer) => `${label}: ${peer.timeout} pings to ${peer.label} timed out`),
  )
}

function lateAdmission({ admission, commonWindow }: Observation): string[] {
  if (!admission || commonWindow < ADMITTED_BY_WINDOW) return []
  const { label, admittedAt } = admission
  if (admittedAt !== undefined && admittedAt <= ADMITTED_BY_WINDOW) return []
  const when = admittedAt === undefined ? 'not admitted' : `admitted only at window ${admittedAt}`
  return [`${label} was ${when}, it should have been by window ${ADMITTED_BY_WINDOW}`]
}
