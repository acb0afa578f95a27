import { formatTime } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { Tips } from '../contracts/push.js'
import { hold, resume } from '../decide/fence-rules.js'
import { sign } from '../fence/sign.js'
import { swapOrThrow } from '../fence/swap.js'
import { pruneCopies } from '../push/copies.js'
import { dropRescueRef } from '../push/rescue.js'
import { findTarget } from './find-target.js'
import { acceptTips, lostTips } from './history-reset.js'
import { note } from './note.js'
import type { MirrorParts } from './parts.js'

/** Why, and in which epoch the person who asks believes to be; null where nothing is fenced. */
export interface Asked {
  readonly reason: string
  readonly expectedEpoch: number | null
}

/** Binds the sentinel until then; null ends a hold. Throws EPOCH_LOST, PRECONDITION. Spec repository-mirror 9.2 rule 3. */
export async function holdSentinel(
  parts: MirrorParts,
  untilMs: number | null,
  asked: Asked,
  signal: AbortSignal,
): Promise<void> {
  const { actor, time } = parts
  const { fence, entry } = await fenceIn(parts, asked, signal)
  const until = untilMs === null ? null : formatTime(untilMs)
  const next = hold(entry.record, until, sign(actor, asked.reason, time.wallMs()))
  const { record } = await swapOrThrow(fence, entry, next, signal)
  note(parts, until === null ? 'end hold' : 'hold', asked.reason, record.epoch, { until })
}

/**
 * Ends what a reset of the history has isolated, in the fence and then here; what the source does not hold any more may then
 * be overwritten, each tip kept by a rescue ref. Spec repository-mirror 3.1 MIRROR_RESET_MODE.
 */
export async function resumeMirrors(parts: MirrorParts, asked: Asked, signal: AbortSignal): Promise<void> {
  const { store } = parts
  const lost = await lostTips(parts, signal)
  const isResumed = parts.fence !== null && (await resumeFence(parts, asked, signal))
  if (!isResumed && !store.isPaused()) {
    throw new MirrorError('PRECONDITION', 'nothing is paused', { remedy: 'look at `montana mirror status`' })
  }
  store.transaction(() => {
    store.setPaused(null)
    acceptTips(store, lost)
    note(parts, 'resume', asked.reason, asked.expectedEpoch, { letGo: countsOf(lost) })
  })
}

function countsOf(lost: ReadonlyMap<string, Tips>): Readonly<Record<string, number>> {
  return Object.fromEntries([...lost].map(([mirror, tips]) => [mirror, tips.size]))
}

async function resumeFence(parts: MirrorParts, asked: Asked, signal: AbortSignal): Promise<boolean> {
  const { fence, entry } = await fenceIn(parts, asked, signal)
  if (!entry.record.paused) return false
  const next = resume(entry.record, sign(parts.actor, asked.reason, parts.time.wallMs()))
  await swapOrThrow(fence, entry, next, signal)
  return true
}

/** Deletes one rescue ref of a target under the lease of its tip. Throws NAME_INVALID where there is none of this name. */
export async function dropRescue(parts: MirrorParts, mirror: string, ref: string, signal: AbortSignal): Promise<void> {
  const { source, store, targets } = parts
  const reached = findTarget(targets, mirror)
  const access = await reached.provider.gitAccess(signal)
  const { tip } = await dropRescueRef({ source, access, signal }, ref)
  store.transaction(() => {
    for (const record of store.refs.all(mirror)) {
      const kept = record.rescueRefs.filter((name) => name !== ref)
      if (kept.length < record.rescueRefs.length) store.refs.put({ ...record, rescueRefs: kept })
    }
    note(parts, 'drop rescue ref', ref, null, { mirror, ref, tip })
  })
  await pruneCopies({ folder: source, signal }, mirror)
}

/** The fence with its record. Throws PRECONDITION where there is none, EPOCH_LOST when another epoch has begun. */
export async function fenceIn(
  { fence }: MirrorParts,
  { expectedEpoch }: Asked,
  signal: AbortSignal,
): Promise<{ readonly fence: Fence; readonly entry: FenceEntry }> {
  const entry = (await fence?.read(signal)) ?? null
  if (fence === null || entry === null) {
    throw new MirrorError('PRECONDITION', 'there is no fence record', { remedy: 'sync once: the primary writes it' })
  }
  if (entry.record.epoch === expectedEpoch) return { fence, entry }
  throw new MirrorError('EPOCH_LOST', `the epoch is ${entry.record.epoch}, not ${expectedEpoch ?? 'none'}`, {
    field: 'expectedEpoch',
    remedy: 'look at the new state and decide anew',
  })
}
