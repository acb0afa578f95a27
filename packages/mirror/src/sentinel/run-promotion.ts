import { MirrorError } from '../contracts/errors.js'
import type { FenceEntry } from '../contracts/fence.js'
import type { RestProof } from '../decide/fence-records.js'
import { PROMOTION, settlePromotion } from '../decide/promotion.js'
import { Promotion } from '../roles/promotion.js'
import { runTransaction, type StepRecord, type TransactionEnd } from '../roles/transaction.js'
import type { PendingPromotion, SentinelDocument } from './document.js'
import type { SentinelInit } from './types.js'

type Side = 'self' | 'replica' | 'fence' | 'git' | 'document' | 'manifest' | 'stateFile' | 'branch'

export interface PromotionRun extends Pick<SentinelInit, Side | 'actor' | 'time' | 'pollMs' | 'onStep'> {
  /** As read from the document's place; the promotion is kept in it while it is under way. */
  readonly before: SentinelDocument
  readonly pending: PendingPromotion
  readonly entry: FenceEntry
  readonly rest: RestProof & { readonly idleMs: number }
}

export interface PromotionEnd {
  readonly end: TransactionEnd
  readonly epoch: number
  readonly steps: readonly StepRecord[]
}

/**
 * A promotion to its end, by the sentinel or by hand; how far it came stands in the sentinel's document, so that whoever
 * finds it half-done can go on or take it back, as the fence has it now. Throws BUSY beside another run. Spec
 * repository-mirror 11.
 */
export async function runPromotion(run: PromotionRun, signal: AbortSignal): Promise<PromotionEnd> {
  const { before, pending, time, onStep, entry, self } = run
  const steps: StepRecord[] = []
  const promotion = new Promotion({ ...run, claim: await claimOf(run, signal), reason: pending.reason })
  const found = { self, entry, decidedOn: pending.decidedOn, nowMs: time.wallMs() }
  const end = await runTransaction(
    {
      plan: PROMOTION,
      progress: settlePromotion(pending.progress, found),
      effects: promotion,
      save: async (progress, stop) => await save(run, { ...before, promotion: { ...pending, progress } }, stop),
      onStep: (step) => {
        steps.push(step)
        onStep?.(step)
      },
      wallMs: () => time.wallMs(),
    },
    signal,
  )
  await save(run, { ...before, promotion: null }, signal)
  return { end, epoch: promotion.entry.record.epoch, steps }
}

async function claimOf({ replica, branch, pending, time, rest }: PromotionRun, signal: AbortSignal) {
  const tip = await replica.contents.tip(branch, signal)
  const tips = tip === null ? {} : { [`refs/heads/${branch}`]: tip }
  return { cause: pending.cause, tips, nowMs: time.wallMs(), ...rest }
}

async function save({ document }: PromotionRun, next: SentinelDocument, signal: AbortSignal): Promise<void> {
  if (await document.write(next, signal)) return
  throw new MirrorError('BUSY', 'another run of the sentinel is at work on this promotion', {
    remedy: 'let it finish; one run at a time is enough',
  })
}
