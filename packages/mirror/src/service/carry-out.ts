import { MirrorError, type MirrorErrorCode } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { RestProof } from '../decide/fence-records.js'
import { stoppedRest } from '../decide/last-permit.js'
import { startProgress } from '../decide/steps.js'
import { atPromotion, SWITCH, type SwitchProgress } from '../decide/switchover.js'
import type { Promotion } from '../roles/promotion.js'
import { stopFacts } from '../roles/taker-time.js'
import { runTransaction, type StepRecord, type TransactionEnd } from '../roles/transaction.js'
import type { PendingPromotion, SentinelDocument } from '../sentinel/document.js'
import { runPromotion } from '../sentinel/run-promotion.js'
import type { RoleEnd } from './audited.js'
import type { MirrorParts } from './parts.js'
import type { ReplicaSide } from './replica-side.js'
import type { RoleChange, RoleRequest } from './role-request.js'
import { Switchover, stopClock } from './switchover.js'

/** Everything that one promotion by hand knows before its first step. */
export interface PromotionCase {
  readonly parts: MirrorParts
  readonly replica: ReplicaSide
  readonly fence: Fence
  readonly entry: FenceEntry
  readonly document: SentinelDocument
  readonly change: RoleChange
  readonly asked: RoleRequest
  readonly pollMs?: number
}

type OnStep = (step: StepRecord) => void

/** The promotion itself, its preconditions being met. Throws what neither completed nor was taken back. */
export async function carryOut(found: PromotionCase, onStep: OnStep, signal: AbortSignal): Promise<RoleEnd> {
  const { parts, replica, fence } = found
  const end = isSwitch(found) ? await switchOver(found, onStep, signal) : await promoteNow(found, onStep, signal)
  const epochAfter = (await fence.read(signal))?.record.epoch ?? found.entry.record.epoch
  const [code, message] =
    end.kind === 'done'
      ? ['PROMOTED', `it acts now, in epoch ${epochAfter}`]
      : ['PROMOTION_FAILED', `the promotion was taken back: ${end.cause?.message ?? 'an earlier try had failed'}`]
  parts.alert({ mirror: replica.target.name, layer: null, code, message, remedy: null })
  return { outcome: end.kind, epochAfter, findings: [] }
}

function isSwitch({ change, document }: PromotionCase): boolean {
  return change === 'planned' || (change === 'resumed' && document.promotion?.cause === 'planned')
}

async function switchOver(found: PromotionCase, onStep: OnStep, signal: AbortSignal): Promise<TransactionEnd> {
  const { parts, replica, fence, asked, change, pollMs } = found
  const { self, primary, time } = parts
  if (self === null || primary === null) throw unreachable()
  const promote = async (stop: AbortSignal) => throwUndone(await promoteNow(found, onStep, stop))
  const rest = {
    reason: asked.reason,
    isDrained: asked.drained ?? false,
    promote,
    ...(pollMs !== undefined && { pollMs }),
  }
  const effects = new Switchover({ parts, self, primary, replica, fence, ...rest })
  const nowMs = time.wallMs()
  const progress: SwitchProgress = change === 'planned' ? startProgress(nowMs) : atPromotion(nowMs)
  const wallMs = () => time.wallMs()
  return await runTransaction({ plan: SWITCH, progress, effects, save: async () => {}, onStep, wallMs }, signal)
}

async function promoteNow(found: PromotionCase, onStep: OnStep, signal: AbortSignal): Promise<TransactionEnd> {
  const { parts, replica, fence, asked, pollMs } = found
  const { manifest, config, actor, time } = parts
  const { id: self, provider, branch, git, document } = replica
  const isPlanned = isSwitch(found)
  const before = await current(found, signal)
  const cause = isPlanned ? ('planned' as const) : ('force' as const)
  const side = { self, replica: provider, fence, git, document, manifest, branch, stateFile: config.stateFile }
  const poll = pollMs === undefined ? {} : { pollMs }
  const entry = isPlanned ? await released(found, signal) : found.entry
  const pending = before.promotion ?? begun(cause, asked.reason, entry, time.wallMs())
  const rest = { ...(await restOf(found, entry, signal)), idleMs: 0 }
  const run = { ...side, ...poll, actor, time, onStep, before, pending, entry, rest }
  return (await runPromotion(run, signal)).end
}

/** Only a claim over the release of this primary counts its time: force waits for nobody, and no other stop was signed so. */
async function restOf(found: PromotionCase, { record }: FenceEntry, signal: AbortSignal): Promise<RestProof> {
  const { parts, replica, asked } = found
  const isDrained = asked.drained ?? false
  const isOurs = record.state === 'released' && record.holder === parts.self
  if (!isSwitch(found) || !isOurs) return { isDrained, stoppedMs: 0, skewMs: parts.config.skewMs }
  return stoppedRest(record, await stopFacts(stopClock(parts, replica, isDrained), signal))
}

/** The sentinel may have looked since: its memory is kept, and a promotion of its own is left to it. */
async function current({ replica, change }: PromotionCase, signal: AbortSignal): Promise<SentinelDocument> {
  const document = await replica.document.read(signal)
  if (document.promotion === null || change === 'resumed') return document
  throw new MirrorError('BUSY', 'a promotion began meanwhile', { remedy: 'let it finish, then look at the state' })
}

/** As this side released it; of a record that moved on, the claim says why not. */
async function released({ fence, entry }: PromotionCase, signal: AbortSignal): Promise<FenceEntry> {
  return (await fence.read(signal)) ?? entry
}

function begun(
  cause: PendingPromotion['cause'],
  reason: string,
  { commit: decidedOn }: FenceEntry,
  nowMs: number,
): PendingPromotion {
  return { progress: startProgress<keyof Promotion['do'], keyof Promotion['undo']>(nowMs), reason, cause, decidedOn }
}

function throwUndone(end: TransactionEnd): void {
  if (end.kind === 'done') return
  const code = (end.cause?.code ?? 'PRECONDITION') as MirrorErrorCode
  throw new MirrorError(code, end.cause?.message ?? 'the promotion was taken back by a try before this one')
}

function unreachable(): MirrorError {
  return new MirrorError('PRECONDITION', 'the primary does not answer: no switch can be planned', {
    remedy: 'see MASTER_REPO and MASTER_TOKEN',
  })
}
