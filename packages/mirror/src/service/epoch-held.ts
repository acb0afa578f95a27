import type { Role } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { MirrorParts, Reached } from './parts.js'

/** Role that a target has by the fence; a replica also where nobody answers. */
export async function roleOfTarget(
  parts: Pick<MirrorParts, 'fence' | 'self'>,
  reached: Reached,
  signal: AbortSignal,
): Promise<Role> {
  return (await epochHeldBy(parts, reached, signal)) === null ? 'SLAVE' : 'TEMPORARY_MASTER'
}

/** Null also where nobody answers: a target whose account is lost must be removable. */
export async function epochHeldBy(
  { fence, self }: Pick<MirrorParts, 'fence' | 'self'>,
  reached: Reached,
  signal: AbortSignal,
): Promise<number | null> {
  if (reached.type !== 'github' || fence === null) return null
  try {
    const record = (await fence.read(signal))?.record
    if (record === undefined || record.holder === self) return null
    return record.holder === (await reached.provider.describe(signal)).id ? record.epoch : null
  } catch (error) {
    if (error instanceof MirrorError) return null
    throw error
  }
}
