import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import { handbackReady } from '../decide/fence-handback.js'
import { HANDBACK, type HandbackProgress } from '../decide/handback.js'
import { type Precondition, unmet } from '../decide/steps.js'
import { CLOCK_REMEDY } from '../decide/taker-clock.js'
import type { Finding } from '../decide/verdict.js'
import { sign } from '../fence/sign.js'
import { swapOrThrow } from '../fence/swap.js'
import { type HandbackStore, openHandbackStore, worthKeeping } from '../handback/progress-store.js'
import type { GithubProvider } from '../providers/github/provider.js'
import type { StepRecord } from '../roles/transaction.js'
import { audited, type RoleEnd } from './audited.js'
import { clockConditions } from './clock-conditions.js'
import { fenceIn } from './operations.js'
import type { MirrorParts } from './parts.js'
import { recover } from './recover.js'
import { openReplica, openSide, type ReplicaSide } from './replica-side.js'
import type { RoleReport, RoleRequest } from './role-request.js'
import { bothSides, surveySides } from './switchover.js'

interface DemotionCase {
  readonly parts: MirrorParts
  readonly self: string
  readonly primary: GithubProvider
  readonly replica: ReplicaSide
  readonly fence: Fence
  readonly entry: FenceEntry
  readonly store: HandbackStore
  /** Of a try that was broken off. */
  readonly progress: HandbackProgress | null
  readonly asked: RoleRequest
  readonly pollMs?: number
}

/**
 * Hands a temporary primary back to this primary now: the hand-back of spec repository-mirror 11.3 without waiting. Throws
 * NOT_PROMOTABLE, PRECONDITION with what is not met, HANDBACK_CONFLICT with the files, EPOCH_LOST, BUSY.
 */
export async function demoteReplica(
  configured: MirrorParts,
  name: string,
  asked: RoleRequest,
  signal: AbortSignal,
  pollMs?: number,
): Promise<RoleReport> {
  const parts = asAsked(configured, asked)
  const { self, primary } = parts
  if (self === null || primary === null) throw unreachable()
  const replica = await openReplica(parts, name, signal)
  const { fence, entry } = await fenceIn(parts, asked, signal)
  const store = openHandbackStore(await openSide(parts, 'own.git', primary, signal))
  const progress = worthKeeping(await store.read(signal), entry.record, self)
  const poll = pollMs === undefined ? {} : { pollMs }
  const found = { parts, self, primary, replica, fence, entry, store, progress, asked, ...poll }
  const conditions = await conditionsOf(found, signal)
  const { epoch } = entry.record
  const plan = HANDBACK.steps.map((step) => step.name)
  const report = { id: name, change: 'handback' as const, conditions, plan, epochBefore: epoch }
  if (asked.dryRun) return { ...report, outcome: 'shown', steps: [], findings: [], epochAfter: epoch }
  requireMet(conditions)
  return await audited(
    parts,
    { action: 'demote', asked, report },
    async (onStep) => await handBack(found, onStep, signal),
  )
}

/** A hand-back that the guard goes on with later goes by the configuration: a conflict then takes it back, and nothing is lost. */
function asAsked(parts: MirrorParts, { onRecovery }: RoleRequest): MirrorParts {
  return onRecovery === undefined ? parts : { ...parts, config: { ...parts.config, onRecovery } }
}

async function conditionsOf(found: DemotionCase, signal: AbortSignal): Promise<readonly Precondition[]> {
  const { parts, self, primary, replica, entry, progress, asked } = found
  const { record } = entry
  const clock = record.holder === self ? [] : await clockConditions(parts, { provider: primary }, asked, signal)
  if (progress !== null)
    return [{ name: 'under way', met: true, why: 'a hand-back was broken off and goes on' }, ...clock]
  const isHolder = record.holder === replica.id && record.role === 'TEMPORARY_MASTER'
  const isStill = record.state === 'active' || record.state === 'handback-ready'
  const why = record.holder === self ? 'this primary holds the epoch itself' : holderWords(record, replica.id)
  const holder = { name: 'record', met: isHolder && isStill, why }
  const sides = await bothSides(parts, primary, replica, signal)
  const { conflicts } = (await surveySides(parts, sides, replica, signal)).plan
  const merge = conflicts.length === 0 ? 'no conflict' : `HANDBACK_CONFLICT: both sides changed ${conflicts.join(', ')}`
  return [holder, ...clock, { name: 'merge', met: conflicts.length === 0, why: merge }]
}

function holderWords({ holder, epoch, state }: FenceEntry['record'], replica: string): string {
  return `${holder === replica ? 'it' : 'another repository'} holds epoch ${epoch} (${state})`
}

function requireMet(conditions: readonly Precondition[]): void {
  const missing = unmet(conditions)
  const [first] = missing
  if (first === undefined) return
  const isConflict = missing.every(({ name }) => name === 'merge')
  throw new MirrorError(isConflict ? 'HANDBACK_CONFLICT' : 'PRECONDITION', missing.map(({ why }) => why).join('; '), {
    remedy: remedyOf(missing),
    metadata: { conditions },
  })
}

function remedyOf(missing: readonly Precondition[]): string {
  const isAll = (wanted: string) => missing.every(({ name }) => name === wanted)
  if (isAll('clock')) return CLOCK_REMEDY
  return isAll('merge')
    ? 'unite these files by hand on one side, or set MIRROR_ON_RECOVERY=rescue to keep the other side as a branch'
    : 'look at `montana mirror status`: only the temporary primary is handed back'
}

async function handBack(
  found: DemotionCase,
  onStep: (step: StepRecord) => void,
  signal: AbortSignal,
): Promise<RoleEnd> {
  const { parts, self, primary, replica, fence, store, progress, asked, pollMs } = found
  const { manifest, config, actor, time } = parts
  await askFor(found, signal)
  const findings: Finding[] = []
  const branch = (await primary.describe(signal)).defaultBranch ?? replica.branch
  const sides = { self, primary, replica: replica.provider, fence, branch, folder: parts.store.folder }
  const save = async (now: HandbackProgress) => await store.write(now, signal)
  const told = { save, onStep, onFinding: (finding: Finding) => void findings.push(finding) }
  const poll = pollMs === undefined ? {} : { pollMs }
  const isDrained = asked.drained ?? false
  const end = await recover(
    { ...sides, ...told, ...poll, manifest, config, actor, time, progress, isAsked: true, isDrained },
    signal,
  )
  await store.write(null, signal)
  const epochAfter = (await fence.read(signal))?.record.epoch ?? found.entry.record.epoch
  tell(parts, replica, end.kind, epochAfter)
  return { outcome: end.kind, epochAfter, findings }
}

/** What the sentinel of the other side would write after an hour of signs. */
async function askFor({ fence, entry, asked, parts }: DemotionCase, signal: AbortSignal): Promise<void> {
  const { record } = entry
  if (record.state !== 'active' || record.role !== 'TEMPORARY_MASTER') return
  const signature = sign(parts.actor, asked.reason, parts.time.wallMs())
  await swapOrThrow(fence, entry, handbackReady(record, record.holder, true, signature), signal)
}

function tell({ alert }: MirrorParts, { target }: ReplicaSide, kind: 'done' | 'undone', epoch: number): void {
  const [code, message] =
    kind === 'done'
      ? ['DEMOTED', `it is a replica again; the primary acts, in epoch ${epoch}`]
      : ['HANDBACK_FAILED', 'the hand-back was taken back: the temporary primary acts on']
  alert({ mirror: target.name, layer: null, code, message, remedy: null })
}

function unreachable(): MirrorError {
  return new MirrorError('PRECONDITION', 'the primary does not answer: nothing can be handed back to it', {
    remedy: 'see MASTER_REPO, and MASTER_TOKEN, which must be able to write',
  })
}
