/** Windows that are replayed rather than jumped over, where nothing was measured and the operator says nothing: spec protocol 15.3. */
export const DEFAULT_SNAPSHOT_GAP = 4_096
/** Manifest, envelope, certificate, installing and opening the new state. No special reason for the figure. */
const SNAPSHOT_OVERHEAD_SECONDS = 5
/** What a snapshot must save to be worth the history that it leaves out, share of the time of a replay. */
const WORTHWHILE_SHARE = 0.8
/** A node that has a state replays so few windows whatever the setting. */
const FEW_WINDOWS = 16

/** A rate of this very node now, or what hosts like it are known to reach. */
export interface Rate {
  readonly perSecond: number
  readonly isMeasured: boolean
}

export interface SyncSituation {
  readonly setting: 'auto' | 'range' | 'snapshot'
  /** 0 for a node without a state of its own. */
  readonly head: number
  /** From the head to where the network is, windows. */
  readonly gapWindows: number
  /** The lowest window that any peer serves; undefined where none does. */
  readonly oldestServed: number | undefined
  /** The newest snapshot that any peer serves; undefined where none does. */
  readonly snapshotWindow: number | undefined
  /** Records of all its tables, as far as that is known. */
  readonly snapshotAccounts: number
  /** Windows applied by range. */
  readonly replayRate: Rate
  /** Records fetched, proven and staged. */
  readonly chunkRate: Rate
  /** `--snapshot-gap`; undefined where the operator leaves it to the cost. */
  readonly snapshotGap: number | undefined
}

export interface SyncChoice {
  /** `wait`: no peer has what this node needs, or may use. */
  readonly mode: 'range' | 'snapshot' | 'wait'
  /** For the log and for people. */
  readonly reason: string
  /** What either would take, seconds; undefined where it is not possible. */
  readonly rangeSeconds: number | undefined
  readonly snapshotSeconds: number | undefined
}

/** By range or by snapshot: spec protocol 15.3, step 1. */
export function chooseSync(situation: SyncSituation): SyncChoice {
  const costs = { rangeSeconds: rangeSeconds(situation), snapshotSeconds: snapshotSeconds(situation) }
  const { mode, reason } = modeOf(situation, costs)
  return { mode, reason, ...costs }
}

type Costs = Pick<SyncChoice, 'rangeSeconds' | 'snapshotSeconds'>
type Decision = Pick<SyncChoice, 'mode' | 'reason'>

function modeOf(situation: SyncSituation, costs: Costs): Decision {
  const { setting, head, gapWindows } = situation
  const hasRange = costs.rangeSeconds !== undefined
  const hasSnapshot = costs.snapshotSeconds !== undefined
  if (head > 0 && gapWindows <= 0) return wait('one peer alone says that windows are missing')
  if (setting === 'range')
    return hasRange ? range('it is what --sync says') : wait('no peer stores the windows from here on')
  if (hasRange && head > 0 && gapWindows <= FEW_WINDOWS) return range('only a few windows are missing')
  if (setting === 'snapshot' && hasSnapshot) return snapshot('it is what --sync says')
  if (setting === 'snapshot' && head === 0) return wait('no peer serves a snapshot yet')
  if (!hasSnapshot) return hasRange ? range('no peer serves a newer snapshot') : wait('no peer has what is missing')
  if (!hasRange) return snapshot('no peer stores the windows from here on')
  return byCost(situation, costs)
}

/** An operator's word first, then what was measured, then the figure of the specification. */
function byCost({ gapWindows, snapshotGap, replayRate, chunkRate }: SyncSituation, costs: Costs): Decision {
  const isMeasured = replayRate.isMeasured && chunkRate.isMeasured
  if (snapshotGap === undefined && isMeasured) return cheaper(costs)
  const gap = snapshotGap ?? DEFAULT_SNAPSHOT_GAP
  return gapWindows <= gap ? range(`the gap is at most ${gap} windows`) : snapshot(`the gap is above ${gap} windows`)
}

function cheaper({ rangeSeconds: replay = 0, snapshotSeconds: jump = 0 }: Costs): Decision {
  const words = `${Math.round(replay)} s by range, ${Math.round(jump)} s by snapshot`
  return jump < replay * WORTHWHILE_SHARE ? snapshot(words) : range(words)
}

function rangeSeconds({ head, gapWindows, oldestServed, replayRate }: SyncSituation): number | undefined {
  if (oldestServed === undefined || oldestServed > head + 1) return undefined
  return gapWindows / replayRate.perSecond
}

/** A snapshot at or below the head is of no use; what lies above it is replayed. */
function snapshotSeconds(situation: SyncSituation): number | undefined {
  const { head, gapWindows, snapshotWindow, snapshotAccounts, chunkRate, replayRate } = situation
  if (snapshotWindow === undefined || snapshotWindow <= head) return undefined
  const rest = Math.max(0, head + gapWindows - snapshotWindow)
  return SNAPSHOT_OVERHEAD_SECONDS + snapshotAccounts / chunkRate.perSecond + rest / replayRate.perSecond
}

function range(reason: string): Decision {
  return { mode: 'range', reason }
}

function snapshot(reason: string): Decision {
  return { mode: 'snapshot', reason }
}

function wait(reason: string): Decision {
  return { mode: 'wait', reason }
}
