import type { EngineState } from '@montana/consensus'
import type { NodeMetrics } from '../metrics.js'
import type { NodeStatus } from './schema.js'

/** What the metrics tell beside the status document. */
export interface BesideStatus {
  readonly state: Pick<EngineState, 'chain' | 'vote'>
  readonly isDiskFull: boolean
  readonly lostLines: number
}

/** Metrics and status page are made from the same document, so they cannot differ. */
export function noteStatus(metrics: NodeMetrics, status: NodeStatus, beside: BesideStatus): void {
  noteCatchUp(metrics, status)
  noteSnapshots(metrics, status)
  const { res, clock, window, target_window: target, D, synced } = status
  metrics.head(window)
  metrics.target(target)
  metrics.difficulty(D)
  metrics.synced(synced ? 1 : 0)
  metrics.clockRate(clock.steps_per_second)
  const { chain, vote } = beside.state
  metrics.members(chain.tables.nodes.size)
  metrics.candidates(chain.tables.candidates.size)
  metrics.voteRound(vote.round)
  metrics.diskFull(beside.isDiskFull ? 1 : 0)
  metrics.logLinesLost(beside.lostLines)
  metrics.residentMemory(res.rss)
  metrics.openFiles(res.fds)
  metrics.loopDelay(res.eld_p99_ms === null ? null : res.eld_p99_ms / 1000)
}

function noteCatchUp(metrics: NodeMetrics, { catch_up: catchUp, caught_up: caughtUp }: NodeStatus): void {
  metrics.catchUpRate(catchUp?.windows_per_second ?? 0)
  metrics.catchUpLeft(catchUp ? catchUp.target - catchUp.head : 0)
  metrics.catchUpBytes(caughtUp.bytes_fetched)
  metrics.catchUpTwice(caughtUp.bytes_twice)
}

function noteSnapshots(metrics: NodeMetrics, { snapshots }: NodeStatus): void {
  metrics.snapshotAnchors(snapshots.anchors.length)
  metrics.snapshotBytes(snapshots.bytes_served)
  metrics.snapshotRows(snapshots.frozen_rows)
}
