import { statfs } from 'node:fs/promises'
import { formatTime } from '@montana/foundation'
import { RefusalError } from '../errors.js'
import type { ReleaseDescription } from '../verifier/verifier.js'

const MIB = 1_048_576
/** Of what a release takes unpacked, with room for the store to go on meanwhile. */
const NEEDED_BYTES = 512 * MIB

/** Whether `next` can take over from `before` on a store of `schema`. Pure; throws {@link RefusalError}. */
export function requireFitting(next: ReleaseDescription, before: ReleaseDescription | null, schema: number): void {
  if (schema > next.store_schema) {
    const message = `release ${next.version} reads stores up to schema ${next.store_schema}, this one has ${schema}`
    const remedy = 'take a newer release, or restore the store from the backup that was made before it was migrated'
    throw new RefusalError('STORE_SCHEMA_NEWER', message, { field: 'store_schema', remedy })
  }
  if (!before) return
  const [ours, theirs] = [before.protocol, next.protocol]
  if (theirs.min <= ours.max && theirs.max >= ours.min) return
  const message = `release ${next.version} speaks protocol ${theirs.min} to ${theirs.max}, the mesh ${ours.min} to ${ours.max}`
  throw new RefusalError('PROTOCOL_RANGE', message, {
    field: 'protocol',
    remedy: 'take a release between the two first',
  })
}

/** Old faults come back with a release that is validly signed and older: only by `rollback`, or where it is asked for. */
export function requireNewer(next: ReleaseDescription, before: ReleaseDescription): void {
  if (next.built_from_epoch >= before.built_from_epoch) return
  const [offered, active] = [next, before].map(({ built_from_epoch: s }) => formatTime(s * 1000).slice(0, 10))
  const message = `release ${next.version} is of ${offered}, the active one, ${before.version}, of ${active}`
  const remedy = 'take a newer one; --allow-older takes it all the same, montana rollback goes back'
  throw new RefusalError('RELEASE_OLDER', message, { field: 'built_from_epoch', remedy })
}

/** Throws {@link RefusalError} where `folder` has not enough room for one more release and `extraBytes`. */
export async function requireSpace(folder: string, extraBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const needed = NEEDED_BYTES + extraBytes
  if (bavail * bsize >= needed) return
  const message = `${folder} has ${Math.floor((bavail * bsize) / MIB)} MiB free, ${Math.ceil(needed / MIB)} are needed`
  throw new RefusalError('DISK_SPACE', message, { field: 'disk', remedy: 'free space' })
}
