import type { FenceEntry } from '../contracts/fence.js'
import { observe } from '../decide/observe.js'
import { PROMOTION, promotionPreconditions } from '../decide/promotion.js'
import { abandon, isStandingStill, startProgress, unmet } from '../decide/steps.js'
import type { Promotion } from '../roles/promotion.js'
import type { StepRecord } from '../roles/transaction.js'
import type { PendingPromotion, SentinelDocument } from './document.js'
import { promotionFacts } from './facts.js'
import { look } from './look.js'
import { runPromotion } from './run-promotion.js'
import type { SentinelInit, SentinelReport } from './types.js'

/** As replica: one observation of the primary, and what follows from it. Spec repository-mirror 10.1 to 11.1. */
export async function watchPrimary(init: SentinelInit, signal: AbortSignal): Promise<SentinelReport> {
  const { document, time, settings } = init
  const before = await document.read(signal)
  const { observation, entry } = await look({ ...init, own: init.replica.contents }, signal)
  const nowMs = time.wallMs()
  if (before.promotion !== null && entry !== null) return await resume(init, before, before.promotion, entry, signal)
  const observed = observe(before.memory, observation, nowMs, settings)
  const recordSeen = seen(before.recordSeen, entry, nowMs)
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

async function promote(
  init: SentinelInit,
  document: SentinelDocument,
  entry: FenceEntry,
  report: SentinelReport,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const reason = report.explanation
  const { replica, manifest, branch } = init
  const facts = await promotionFacts({ replica, manifest, branch, cause: reason, replicatedTip: null }, signal)
  const missing = unmet(promotionPreconditions(facts)).map(({ name, why }) => `${name}: ${why}`)
  if (missing.length > 0) {
    const message = `the primary is silent, but nothing is promoted: ${missing.join('; ')}`
    await init.alert({ code: 'PROMOTION_REFUSED', message, epoch: report.epoch }, signal)
    return { ...report, promotion: 'refused', explanation: message }
  }
  const progress = startProgress<keyof Promotion['do'], keyof Promotion['undo']>(init.time.wallMs())
  const pending: PendingPromotion = { progress, reason, cause: 'silence' }
  return await run(init, document, pending, entry, { ...report, decision: 'promote' }, signal)
}

/** Goes on where a run before this one ended; one that has stood still for half an hour is taken back. */
async function resume(
  init: SentinelInit,
  document: SentinelDocument,
  pending: PendingPromotion,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const nowMs = init.time.wallMs()
  const isStale = isStandingStill(nowMs - pending.progress.movedMs)
  const progress = isStale ? abandon(PROMOTION, pending.progress, nowMs) : pending.progress
  const report: SentinelReport = {
    role: 'SLAVE',
    epoch: entry.record.epoch,
    verdict: null,
    decision: 'promote',
    explanation: isStale ? 'a promotion stood still and is taken back' : 'a promotion goes on',
    findings: [],
    promotion: null,
    steps: [],
  }
  return await run(init, document, { ...pending, progress }, entry, report, signal)
}

async function run(
  init: SentinelInit,
  document: SentinelDocument,
  pending: PendingPromotion,
  entry: FenceEntry,
  report: SentinelReport,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const { time, settings } = init
  const idleMs = time.wallMs() - (document.recordSeen?.firstSeenMs ?? time.wallMs())
  const rest = { idleMs, isDrained: false, stoppedMs: 0, skewMs: settings.skewMs }
  const { end, epoch, steps } = await runPromotion({ ...init, before: document, pending, entry, rest }, signal)
  await alertEnd(init, end.kind, epoch, steps, signal)
  const role = end.kind === 'done' ? 'TEMPORARY_MASTER' : 'SLAVE'
  return { ...report, role, epoch, promotion: end.kind, steps }
}

async function alertEnd(
  init: SentinelInit,
  kind: 'done' | 'undone',
  epoch: number,
  steps: readonly StepRecord[],
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'done') {
    await init.alert({ code: 'PROMOTED', message: `this repository acts now, in epoch ${epoch}`, epoch }, signal)
    return
  }
  const failed = steps.find(({ outcome }) => outcome === 'failed')
  const message = `the promotion failed at ${failed?.step ?? 'an earlier run'} and was taken back: ${failed?.message ?? ''}`
  await init.alert({ code: 'PROMOTION_FAILED', message, epoch }, signal)
}

async function alertBound(init: SentinelInit, report: SentinelReport, signal: AbortSignal): Promise<void> {
  await init.alert({ code: 'PRIMARY_SILENT', message: report.explanation, epoch: report.epoch }, signal)
}

function seen(
  before: SentinelDocument['recordSeen'],
  entry: FenceEntry | null,
  nowMs: number,
): SentinelDocument['recordSeen'] {
  if (entry === null) return before
  return before?.commit === entry.commit ? before : { commit: entry.commit, firstSeenMs: nowMs }
}

function discarded(report: SentinelReport): SentinelReport {
  return {
    ...report,
    decision: 'none',
    explanation: 'another run of the sentinel was faster; this one counts for nothing',
  }
}
