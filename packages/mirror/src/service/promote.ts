import { MirrorError } from '../contracts/errors.js'
import type { FenceEntry } from '../contracts/fence.js'
import { PROMOTION, promotionPreconditions } from '../decide/promotion.js'
import { type Precondition, unmet } from '../decide/steps.js'
import { plannedConditions, SWITCH, silenceConditions, waitCondition } from '../decide/switchover.js'
import { CLOCK_REMEDY } from '../decide/taker-clock.js'
import type { SentinelDocument } from '../sentinel/document.js'
import { promotionFacts } from '../sentinel/facts.js'
import { audited } from './audited.js'
import { carryOut, type PromotionCase } from './carry-out.js'
import { clockConditions } from './clock-conditions.js'
import { fenceIn } from './operations.js'
import type { MirrorParts } from './parts.js'
import { openReplica } from './replica-side.js'
import type { RoleChange, RoleReport, RoleRequest } from './role-request.js'
import { bothSides, surveySides } from './switchover.js'

/**
 * Promotes a replica by hand: as a planned switch where the primary answers and holds the epoch, otherwise in its place.
 * Throws NOT_PROMOTABLE, PRECONDITION with what is not met, EPOCH_LOST, BUSY; NotYet (BUSY, `retryAfterMs`) while the last
 * permit of the primary is waited for, after which the same request goes on. Spec repository-mirror 11.1 and 11.2.
 */
export async function promoteReplica(
  parts: MirrorParts,
  name: string,
  asked: RoleRequest,
  signal: AbortSignal,
  pollMs?: number,
): Promise<RoleReport> {
  const replica = await openReplica(parts, name, signal)
  const { fence, entry } = await fenceIn(parts, asked, signal)
  const document = await replica.document.read(signal)
  const change = changeOf(parts, entry, document, asked)
  const poll = pollMs === undefined ? {} : { pollMs }
  const found: PromotionCase = { parts, replica, fence, entry, document, change, asked, ...poll }
  const conditions = await conditionsOf(found, signal)
  const plan = [...(change === 'planned' ? SWITCH.steps.slice(0, -1) : []), ...PROMOTION.steps].map((step) => step.name)
  const { epoch } = entry.record
  const report = { id: name, change, conditions, plan, epochBefore: epoch }
  if (asked.dryRun) return { ...report, outcome: 'shown', steps: [], findings: [], epochAfter: epoch }
  requireMet(conditions)
  return await audited(
    parts,
    { action: 'promote', asked, report },
    async (onStep) => await carryOut(found, onStep, signal),
  )
}

function changeOf(
  { self }: MirrorParts,
  { record }: FenceEntry,
  { promotion }: SentinelDocument,
  { force }: RoleRequest,
): RoleChange {
  if (promotion !== null) return 'resumed'
  if (force) return 'force'
  return self !== null && record.holder === self ? 'planned' : 'silence'
}

async function conditionsOf(found: PromotionCase, signal: AbortSignal): Promise<readonly Precondition[]> {
  const { parts, replica, entry, document, change, asked } = found
  if (change === 'resumed') {
    const isOver = document.promotion?.cause !== 'planned' || entry.record.state !== 'released'
    return [...resumable(document), ...(isOver ? [] : await clockConditions(parts, replica, asked, signal))]
  }
  const { provider, branch, target } = replica
  const replicatedTip = (await parts.primary?.contents.tip(branch, signal)) ?? null
  const init = { replica: provider, manifest: parts.manifest, branch, cause: asked.reason, replicatedTip }
  const facts = { ...(await promotionFacts(init, signal)), isPromotable: target.promotable }
  return [...promotionPreconditions(facts), ...(await ofChange(found, entry, signal))]
}

/** A promotion of the sentinel is its own to finish. */
function resumable({ promotion }: SentinelDocument): readonly Precondition[] {
  const isOurs = promotion !== null && promotion.cause !== 'silence'
  const why = isOurs ? 'a promotion by hand was broken off and goes on' : 'the sentinel is promoting it already'
  return [{ name: 'under way', met: isOurs, why }]
}

async function ofChange(found: PromotionCase, { record, commit }: FenceEntry, signal: AbortSignal) {
  const { parts, replica, document, change, asked } = found
  if (change === 'planned' && parts.primary !== null && parts.self !== null) {
    const sides = await bothSides(parts, parts.primary, replica, signal)
    const { refs } = (await surveySides(parts, sides, replica, signal)).plan
    const facts = { isDrained: asked.drained ?? false, nowMs: parts.time.wallMs(), skewMs: parts.config.skewMs }
    const clock = await clockConditions(parts, replica, asked, signal)
    return [...plannedConditions(record, parts.self, refs), ...clock, waitCondition(record, facts)]
  }
  const { memory, recordSeen } = document
  const isSeen = memory !== null && recordSeen?.commit === commit
  const ageMs = isSeen ? memory.observedMs - recordSeen.firstSeenMs : null
  return silenceConditions(record, { ageMs, stalenessMs: parts.config.stalenessMs, isForced: asked.force })
}

function requireMet(conditions: readonly Precondition[]): void {
  const missing = unmet(conditions)
  if (missing.length === 0) return
  const code = missing.some(({ name }) => name === 'promotable') ? 'NOT_PROMOTABLE' : 'PRECONDITION'
  throw new MirrorError(code, missing.map(({ name, why }) => `${name}: ${why}`).join('; '), {
    remedy: missing.every(({ name }) => name === 'clock')
      ? CLOCK_REMEDY
      : 'see all conditions with --dry-run; a young record of a silent primary needs --force',
    metadata: { conditions },
  })
}
