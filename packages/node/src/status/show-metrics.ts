import { type EngineState, headOf } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { weightOf } from '@montana/ledger'
import type { NodeMetrics } from '../metrics.js'
import type { NodeStatus } from './schema.js'

const PERCENT = 100
const MS_PER_S = 1_000
const MODES = ['range', 'snapshot'] as const

/** What the status page does not say. */
export interface MetricFacts {
  readonly state: EngineState
  readonly isReadOnly: boolean
  readonly lostLines: number
  readonly clockSteps: number
  readonly storeBytes: number | null
}

/** Brings the gauges up to one status document, so that metrics and page cannot differ. Spec operations 14. */
export function showMetrics(metrics: NodeMetrics, status: NodeStatus, facts: MetricFacts): void {
  showChain(metrics, status, facts)
  showClock(metrics, status, facts)
  showSync(metrics, status)
  showStore(metrics, facts)
  showHost(metrics, status)
}

function showChain(metrics: NodeMetrics, status: NodeStatus, { state }: MetricFacts): void {
  const { build, window, target_window: target, sampled_at, cemented_at, proposals, vote } = status
  const head = Math.max(window, target)
  metrics.build({ version: build.version, revision: build.revision ?? '', bundle: build.bundle_sha256 ?? '' })
  metrics.phase({ phase: status.phase })
  metrics.synced(status.synced ? 1 : 0)
  metrics.window(window)
  metrics.head(head)
  metrics.lag(head - window)
  metrics.windowAge(
    cemented_at === null ? null : Math.max(0, Date.parse(sampled_at) - Date.parse(cemented_at)) / MS_PER_S,
  )
  for (const [result, total] of Object.entries(proposals)) metrics.proposals({ result }, total)
  metrics.quorumWeight(quorumWeight(state))
  metrics.proposer(vote.proposer === null ? undefined : { label: labelIn(status, vote.proposer) })
  metrics.members(state.chain.tables.nodes.size)
  metrics.candidates(state.chain.tables.candidates.size)
  metrics.voteRound(state.vote.round)
  metrics.degraded(status.degraded)
}

/** Of the manifest, else `other`: ids of strangers would be labels without end. */
function labelIn({ label, peers }: NodeStatus, name: string): string {
  return name === label || peers.some((peer) => peer.label === name) ? name : 'other'
}

/** Null for a chain whose members are all idle. */
function quorumWeight(state: EngineState): number | null {
  const { chain, confirmations } = state
  const window = headOf(state)
  const heard = confirmations.get(window)
  let [total, confirmed] = [0, 0]
  for (const node of chain.tables.nodes.entries()) {
    const weight = weightOf(node, window, chain.params.tau2Windows)
    total += weight
    if (heard?.has(toHex(node.nodeId))) confirmed += weight
  }
  return total === 0 ? null : confirmed / total
}

function showClock(metrics: NodeMetrics, { clock, D }: NodeStatus, { clockSteps }: MetricFacts): void {
  metrics.difficulty(D)
  metrics.clockSteps(clockSteps)
  metrics.clockRate(clock.steps_per_second)
  metrics.clockWindow(clock.window_s)
  metrics.clockBackend({ backend: clock.backend })
}

function showSync(metrics: NodeMetrics, { catch_up: now, caught_up: total, snapshots }: NodeStatus): void {
  metrics.catchUpRate(now?.windows_per_second ?? 0)
  metrics.catchUpLeft(now ? now.target - now.head : 0)
  for (const mode of MODES) metrics.syncProgress.set({ mode }, now?.mode === mode ? progressOf(now) : 1)
  const mode = total.mode ?? 'range'
  metrics.syncBytes({ mode, result: 'used' }, total.bytes_fetched - total.bytes_twice)
  metrics.syncBytes({ mode, result: 'twice' }, total.bytes_twice)
  metrics.snapshotAnchors(snapshots.anchors.length)
  metrics.snapshotBytes(snapshots.bytes_served)
  metrics.snapshotRows(snapshots.frozen_rows)
}

function progressOf({ chunks, from, head, target }: NonNullable<NodeStatus['catch_up']>): number {
  const [done, of] = chunks ? [chunks.proven, chunks.total] : [head - from, target - from]
  return of <= 0 ? 0 : Math.min(1, Math.max(0, done / of))
}

function showStore(metrics: NodeMetrics, { isReadOnly, lostLines, storeBytes }: MetricFacts): void {
  metrics.readOnly(isReadOnly ? 1 : 0)
  metrics.logLinesLost(lostLines)
  metrics.storeBytes(storeBytes)
}

function showHost(metrics: NodeMetrics, { res }: NodeStatus): void {
  metrics.residentMemory(res.rss)
  metrics.openFiles(res.fds)
  metrics.loopDelay(res.eld_p99_ms === null ? null : res.eld_p99_ms / MS_PER_S)
  metrics.load(res.load1)
  metrics.cores(res.cores)
  metrics.memoryTotal(res.mem_total)
  metrics.swapUsed(res.swap_used)
  metrics.diskFree(res.disk_free)
  metrics.diskTotal(res.disk_total)
  metrics.inodesFree(res.inodes_free)
  metrics.inodesTotal(res.inodes_total)
  for (const [name, percent] of Object.entries(res.psi)) showPressure(metrics, name, percent)
}

/** `mem_full` → resource memory, kind full. */
function showPressure(metrics: NodeMetrics, name: string, percent: number | null): void {
  const [resource = '', kind = ''] = name.split('_')
  if (percent !== null)
    metrics.pressure.set({ resource: resource === 'mem' ? 'memory' : resource, kind }, percent / PERCENT)
}
