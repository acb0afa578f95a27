import { totalmem } from 'node:os'
import type { ProcessLimits } from '@montana/git'

/** A list of refs that does not come in this time will not come. */
export const LISTING_TIMEOUT_MS = 60_000
/** Of each process that lists refs, whatever the target says: more than 200,000 refs with long names take. */
const LISTING_MEMORY_MAX_BYTES = 256 * 2 ** 20
/** A push may need memory for large files of the source; one that wants more than half of the host would end the host. */
const SHARE_OF_HOST = 0.5
/** git-lfs and ssh start with that much, however small the host. */
const MEMORY_MIN_BYTES = 256 * 2 ** 20

/** Of commits that tell how a diverged tip stands to ours: some hundred bytes each. */
export const EXPLAINED_MAX_BYTES = 32 * 2 ** 20
/** Of work that is to be kept by a rescue ref; what a provider takes in one push is of this order. */
export const RESCUED_MAX_BYTES = 2 ** 30

/** What a child that speaks to a target may take of the host, since the target decides how much it says. */
export function limitsOf(command: string | undefined, fileMaxBytes?: number): ProcessLimits {
  return { memoryMaxBytes: memoryMaxBytes(command), ...(fileMaxBytes !== undefined && { fileMaxBytes }) }
}

function memoryMaxBytes(command: string | undefined): number {
  if (command === 'ls-remote') return LISTING_MEMORY_MAX_BYTES
  const constrained = process.constrainedMemory()
  const host = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  return Math.max(MEMORY_MIN_BYTES, Math.floor(host * SHARE_OF_HOST))
}
