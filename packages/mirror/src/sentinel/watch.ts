import type { FenceEntry } from '../contracts/fence.js'
import { claimObstacle } from '../decide/fence-promotion.js'
import { mayActIn } from '../decide/fence-records.js'
import { observe } from '../decide/observe.js'
import { PROMOTION, promotionPreconditions, settlePromotion } from '../decide/promotion.js'
import { recordSeenAt } from '../decide/record-seen.js'
import { abandon, isStandingStill, startProgress, unmet } from '../decide/steps.js'
import type { Promotion } from '../roles/promotion.js'
import type { PendingPromotion, SentinelDocument } from './document.js'
import { promotionFacts } from './facts.js'
import { look } from './look.js'
import { type PromotionRun, runPromotion } from './run-promotion.js'
import type { SentinelInit, SentinelReport } from './types.js'
import { watchReturn } from './watch-return.js'

/** As replica: one observation of the primary, and what follows from it. Spec repository-mirror 10.1 to 11.1. */
export async function watchPrimary(init: SentinelInit, signal: AbortSignal): Promise<SentinelReport> {
  const { document, time, settings } = init
  const before = await document.read(signal)
  const { observation, entry } = await look({ ...init, own: init.replica.contents }, signal)
  const nowMs = time.wallMs()
  if (before.promotion !== null && entry !== null) return await resume(init, before, before.promotion, entry, signal)
  if (entry !== null && isHolder(entry, init.self)) return await watchReturn(init, signal, 'SLAVE')
  const observed = observe(before.memory, observation, nowMs, settings)
  const commit = entry?.commit ?? before.recordSeen?.commit
  const recordSeen = commit === undefined ? null : recordSeenAt(before.recordSeen, commit, nowMs, settings)
  const after = { ...before, memory: observed.memory, recordSeen }
  const report: SentinelReport = {
    role: 'SLAVE',
    epoch: entry?.record.epoch ?? null,
    verdict: observed.verdict,
    decision: observed.decision,
    explanation: observed.explanation,
    findings: observed.findings,
    promotion: null,
    steps: [],
  }
  if (!(await document.write(after, signal))) return discarded(report)
  if (observed.decision === 'alert') await alertBound(init, report, signal)
  if (observed.decision !== 'promote' || entry === null) return report
  return await promote(init, after, entry, report, signal)
}

/** A hand-back that was broken off has made this side inert, and the fence still says that it is the one which acts. */
function isHolder({ record }: FenceEntry, self: string): boolean {
  return record.holder === self && (record.state === 'draining' || mayActIn(record))
}

async function promote(
  init: SentinelInit,
  document: SentinelDocument,
  entry: FenceEntry,
  report: SentinelReport,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const reason = report.explanation
  const { replica, manifest, branch, self, time } = init
  const cause = 'silence' as const
  const rest = restOf(init, document)
  const claim = { ...rest, self, cause, nowMs: time.wallMs() }
  // A claim of our own, of which nothing else is left, is gone on with.
  const obstacle = entry.record.holder === self ? null : claimObstacle(entry.record, claim)
  if (obstacle !== null) return { ...report, decision: 'wait', explanation: `${reason}; ${obstacle.reason}` }
  const facts = await promotionFacts({ replica, manifest, branch, cause: reason, replicatedTip: null }, signal)
  const missing = unmet(promotionPreconditions(facts)).map(({ name, why }) => `${name}: ${why}`)
  if (missing.length > 0) {
    const message = `the primary is silent, but nothing is promoted: ${missing.join('; ')}`
    await init.alert({ code: 'PROMOTION_REFUSED', message, epoch: report.epoch }, signal)
    return { ...report, promotion: 'refused', explanation: message }
  }
  const progress = startProgress<keyof Promotion['do'], keyof Promotion['undo']>(time.wallMs())
  const pending: PendingPromotion = { progress, reason, cause, decidedOn: entry.commit }
  return await run(init, document, pending, entry, { ...report, decision: 'promote' }, signal)
}

/** Goes on where a run before this one ended, as far as the fence allows; one that has stood still for half an hour is taken back. */
async function resume(
  init: SentinelInit,
  document: SentinelDocument,
  pending: PendingPromotion,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const nowMs = init.time.wallMs()
  const isStale = isStandingStill(nowMs - pending.progress.movedMs)
  const { self } = init
  const settled = settlePromotion(pending.progress, { self, entry, decidedOn: pending.decidedOn, nowMs })
  const progress = isStale ? abandon(PROMOTION, settled, nowMs) : settled
  const report: SentinelReport = {
    role: 'SLAVE',
    epoch: entry.record.epoch,
    verdict: null,
    decision: 'promote',
    explanation: explain(progress, isStale),
    findings: [],
    promotion: null,
    steps: [],
  }
  return await run(init, document, { ...pending, progress }, entry, report, signal)
}

function explain(progress: PendingPromotion['progress'], isStale: boolean): string {
  if (progress.failed === null) return 'a promotion goes on'
  return isStale ? 'a promotion stood still and is taken back' : 'a promotion was overtaken and is taken back'
}

/** What is known of the holder before: it still may act until a permit has passed since its record was first seen. */
function restOf({ time, settings }: SentinelInit, { recordSeen }: SentinelDocument): PromotionRun['rest'] {
  const nowMs = time.wallMs()
  return {
    idleMs: nowMs - (recordSeen?.firstSeenMs ?? nowMs),
    isDrained: false,
    stoppedMs: 0,
    skewMs: settings.skewMs,
  }
}

async function run(
  init: SentinelInit,
  document: SentinelDocument,
  pending: PendingPromotion,
  entry: FenceEntry,
  report: SentinelReport,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const rest = restOf(init, document)
  const { end, epoch, steps } = await runPromotion({ ...init, before: document, pending, entry, rest }, signal)
  await alertEnd(init, end.kind, { ...report, epoch, steps }, signal)
  const role = end.kind === 'done' ? 'TEMPORARY_MASTER' : 'SLAVE'
  return { ...report, role, epoch, promotion: end.kind, steps }
}

async function alertEnd(
  init: SentinelInit,
  kind: 'done' | 'undone',
  { epoch, steps, explanation }: SentinelReport,
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'done') {
    await init.alert({ code: 'PROMOTED', message: `this repository acts now, in epoch ${epoch}`, epoch }, signal)
    return
  }
  const failed = steps.find(({ outcome }) => outcome === 'failed')
  const why = failed === undefined ? explanation : `it failed at ${failed.step}: ${failed.message ?? ''}`
  const message = `the promotion was taken back: ${why}`
  await init.alert({ code: 'PROMOTION_FAILED', message, epoch }, signal)
}

async function alertBound(init: SentinelInit, report: SentinelReport, signal: AbortSignal): Promise<void> {
  await init.alert({ code: 'PRIMARY_SILENT', message: report.explanation, epoch: report.epoch }, signal)
}

function discarded(report: SentinelReport): SentinelReport {
  return {
    ...report,
    decision: 'none',
    explanation: 'another run of the sentinel was faster; this one counts for nothing',
  }
}
