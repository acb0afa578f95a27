import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import { firstRecord } from '../decide/fence-rules.js'
import { gatesOf } from '../decide/renewable.js'
import { roleWords } from '../decide/role-words.js'
import { sign } from '../fence/sign.js'
import { replicaVariables } from '../reconcile/role-variables.js'
import { readBackVariables, writeVariables } from '../reconcile/role-write.js'
import type { MirrorParts, Reached } from './parts.js'

const MINUTE_MS = 60_000

/**
 * Before any layer of a target: this repository holds the epoch, and the target is a replica whose role and gates were
 * read back. A promoted target is never touched. Throws FENCED, TARGET_IS_PRIMARY, READBACK_MISMATCH. Spec 8.2.
 */
export async function settleRoles(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<void> {
  if (parts.config.role !== 'MASTER') throw inert(`this repository is ${roleWords(parts.config.role)}`)
  const entry = await holdEpoch(parts, signal)
  if (reached.type === 'github') await settleReplica(parts, reached, entry?.record.epoch ?? 1, signal)
}

/** The first record where there is none; otherwise it must be ours. */
async function holdEpoch(parts: MirrorParts, signal: AbortSignal): Promise<FenceEntry | null> {
  const { fence, self } = parts
  if (fence === null || self === null) return null
  const entry = await readOrMake(fence, self, parts, signal)
  if (entry.record.paused) throw inert('the mirrors are paused by a reset')
  if (entry.record.holder === self) return entry
  throw inert(`${entry.record.holder} holds epoch ${entry.record.epoch}`)
}

async function readOrMake(
  fence: Fence,
  self: string,
  { config, manifest, values, actor, time }: MirrorParts,
  signal: AbortSignal,
): Promise<FenceEntry> {
  const known = await fence.read(signal)
  if (known) return known
  const gates = gatesOf({ gates: manifest.gates, values: Object.fromEntries(values) })
  const content = { tips: {}, gates, autoPromote: config.autoPromote, permitMinutes: config.permitMs / MINUTE_MS }
  const made = await fence.swap(null, firstRecord(self, content, sign(actor, 'first record', time.wallMs())), signal)
  const entry = made ?? (await fence.read(signal))
  if (entry) return entry
  throw new MirrorError('EPOCH_LOST', 'the fence record vanished', { remedy: 'look who removes refs of the fence' })
}

async function settleReplica(
  { manifest, config, self }: MirrorParts,
  { target, provider }: Extract<Reached, { type: 'github' }>,
  epoch: number,
  signal: AbortSignal,
): Promise<void> {
  const { id, canonicalName } = await provider.describe(signal)
  if (id === self) {
    const remedy = `give MIRROR_${target.slot}_REPO a repository of another account`
    throw new MirrorError('TARGET_IS_PRIMARY', `${canonicalName} is the primary itself`, { remedy })
  }
  const role = await provider.variables.get('MIRROR_ROLE', signal)
  if (role === 'TEMPORARY_MASTER' || role === 'MASTER') throw inert(`${canonicalName} acts itself: its role is ${role}`)
  const wanted = replicaVariables(manifest, config, epoch)
  await writeVariables(provider.variables, wanted, signal)
  await readBackVariables(provider.variables, wanted, signal)
}

function inert(why: string): MirrorError {
  return new MirrorError('FENCED', `nothing is mirrored from here: ${why}`, {
    remedy: 'look at `montana mirror status`; a primary that has returned hands back with `montana mirror recover`',
  })
}
