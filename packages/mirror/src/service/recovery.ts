import { join } from 'node:path'
import { MirrorError } from '../contracts/errors.js'
import type { FenceRecord } from '../contracts/fence.js'
import type { Tips } from '../contracts/push.js'
import { planPush } from '../decide/push-plan.js'
import { planBothWays, planKeeping, type RecoveryRefPlan } from '../decide/recovery-plan.js'
import { selectRefs } from '../decide/refs.js'
import { compareSides, unitedPaths } from '../handback/survey.js'
import type { GithubProvider } from '../providers/github/provider.js'
import { withBorrowed } from '../push/borrowed.js'
import { fetchForeign } from '../push/foreign.js'
import { type SourceCall, TOO_MUCH } from '../push/git.js'
import { EXPLAINED_MAX_BYTES } from '../push/limits.js'
import { stampOf } from '../push/push.js'
import { refsThatFastForward } from '../push/relations.js'
import { inspectSource, localTips } from '../push/source.js'
import { listTarget } from '../push/target.js'
import { findTarget } from './find-target.js'
import { historyBeyond, type SideHistory } from './histories.js'
import type { MirrorParts, Reached } from './parts.js'
import { openReplica, openSide } from './replica-side.js'

/** `hand-back`: the target is the temporary primary. `target`: it should follow this primary. */
export type RecoveryKind = 'hand-back' | 'target'

export interface RecoveryRef extends RecoveryRefPlan {
  /** Commits that only this side has. */
  readonly onlyPrimary: SideHistory
  readonly onlyReplica: SideHistory
}

export interface RecoveryReport {
  readonly id: string
  readonly kind: RecoveryKind
  /** `MIRROR_ON_RECOVERY`: what the primary would do by itself. */
  readonly onRecovery: 'merge' | 'rescue' | 'manual'
  readonly epoch: number | null
  /** Refs that differ, those with two histories first, at most {@link REFS_SHOWN_MAX}. */
  readonly refs: readonly RecoveryRef[]
  /** Refs that differ and are not listed. */
  readonly leftOut: number
  /** Refs that are the same on both sides. */
  readonly same: number
}

/** Each takes four processes of git; who has more has one cause for all of them. */
export const REFS_SHOWN_MAX = 20
/** Of a first copy of a large repository. */
const LOOK_TIMEOUT_MS = 5 * 60_000
const COMMITS_ONLY = ['--filter=tree:0']

interface Looked {
  readonly plans: readonly RecoveryRefPlan[]
  readonly same: number
  /** All tips of a side whose objects are here, so that what another of its branches holds is not called missing. */
  readonly primary: Tips
  readonly replica: Tips
}

/**
 * Both histories beside each other, and what would become of each ref. Reads copies; nothing of either side moves. Throws
 * TARGET_NOT_FOUND, TARGET_UNREACHABLE, PRECONDITION.
 */
export async function lookAtRecovery(parts: MirrorParts, name: string, signal: AbortSignal): Promise<RecoveryReport> {
  const reached = findTarget(parts.targets, name)
  const record = (await parts.fence?.read(signal))?.record ?? null
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)])
  const common = { id: name, onRecovery: parts.config.onRecovery, epoch: record?.epoch ?? null }
  const primary = await handedBackBy(parts, reached, record, bounded)
  const look =
    primary === null ? await lookAtTarget(parts, reached, bounded) : await lookAtBoth(parts, reached, primary, bounded)
  return { ...common, kind: primary === null ? 'target' : 'hand-back', ...look }
}

type Found = Pick<RecoveryReport, 'refs' | 'leftOut' | 'same'>

/** The primary's own repository where this target is the temporary primary; null otherwise. */
async function handedBackBy(
  { self, primary }: MirrorParts,
  reached: Reached,
  record: FenceRecord | null,
  signal: AbortSignal,
): Promise<GithubProvider | null> {
  if (reached.type === 'git' || record?.role !== 'TEMPORARY_MASTER' || record.holder === self) return null
  return (await reached.provider.describe(signal)).id === record.holder ? primary : null
}

/** As the hand-back itself surveys them, in copies of their own: one that runs at the same time is not disturbed. */
async function lookAtBoth(
  parts: MirrorParts,
  reached: Reached,
  primary: GithubProvider,
  signal: AbortSignal,
): Promise<Found> {
  const folder = 'recovery.git'
  const replica = await openReplica(parts, reached.target.name, signal)
  const open = (provider: GithubProvider) => openSide(parts, folder, provider, signal)
  const sides = { primary: await open(primary), replica: await open(replica.provider) }
  const found = await compareSides(sides, signal)
  const selected = selectRefs(new Map(found.refs.map(({ ref }) => [ref, ref])), reached.target.refs)
  const refs = found.refs.filter(({ ref }) => selected.has(ref))
  const { stateFile } = parts.config
  const plans = planBothWays(refs, unitedPaths({ stateFile, ledgers: parts.manifest.ledgers }))
  const looked = { plans, same: refs.length - plans.length, primary: found.primary, replica: found.replica }
  return await withHistories({ folder: join(parts.store.folder, 'sides', folder), signal }, looked)
}

/** In a folder that borrows the objects of the source and is thrown away: foreign work never enters the source. */
async function lookAtTarget(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<Found> {
  const source = { folder: parts.source, signal }
  await inspectSource(source)
  const local = selectRefs(await localTips(source), reached.target.refs)
  const access = await reached.provider.gitAccess(signal)
  const call = { ...source, access, timeoutMs: LOOK_TIMEOUT_MS }
  const { tips: remote } = await listTarget(call, ['--heads', '--tags'])
  const plans = await keepingPlans(parts, source, local, remote)
  const same = [...local].filter(([ref, tip]) => remote.get(ref) === tip).length
  return await withBorrowed(source, async (folder) => {
    const foreign = plans.slice(0, REFS_SHOWN_MAX).flatMap(({ replica }) => (replica === null ? [] : [replica]))
    const bounds = { folder, fileMaxBytes: EXPLAINED_MAX_BYTES }
    const fetching =
      foreign.length === 0
        ? new Set<string>()
        : fetchForeign({ ...call, ...bounds }, foreign, COMMITS_ONLY).catch(unlessTooMuch)
    // Git would ask the target for any other that is named here, and nothing but a fetch may do that.
    const here = new Set([...(await fetching), ...local.values()])
    const replica = new Map([...remote].filter(([, tip]) => here.has(tip)))
    return await withHistories({ folder, signal }, { plans, same, primary: local, replica })
  })
}

async function keepingPlans({ time }: MirrorParts, source: SourceCall, local: Tips, remote: Tips) {
  const pairs = [...local].flatMap(([ref, tip]) => {
    const other = remote.get(ref)
    return other === undefined || other === tip ? [] : [{ ref, local: tip, remote: other }]
  })
  const fastForward = await refsThatFastForward(source, pairs)
  const none = { pushed: new Map<string, string>(), contained: new Set<string>() }
  const plan = planPush({ ...none, local, remote, fastForward, onDiverge: 'rescue', stamp: stampOf(time.wallMs()) })
  return planKeeping(plan, remote)
}

async function withHistories(call: SourceCall, { plans, same, primary, replica }: Looked): Promise<Found> {
  const sorted = plans.toSorted((a, b) => rank(a) - rank(b))
  const [ours, theirs] = [[...new Set(primary.values())], [...new Set(replica.values())]]
  const refs: RecoveryRef[] = []
  for (const plan of sorted.slice(0, REFS_SHOWN_MAX)) {
    const onlyPrimary = await historyBeyond(call, plan.primary, theirs)
    refs.push({ ...plan, onlyPrimary, onlyReplica: await historyBeyond(call, plan.replica, ours) })
  }
  return { refs, leftOut: sorted.length - refs.length, same }
}

/** Work that is too large to be shown is kept by its rescue ref all the same. */
function unlessTooMuch(error: unknown): ReadonlySet<string> {
  if (!(error instanceof MirrorError) || error.metadata.reason !== TOO_MUCH) throw error
  return new Set()
}

function rank({ rescue }: RecoveryRefPlan): number {
  return rescue.preserve === null ? 1 : 0
}
