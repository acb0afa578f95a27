import { z } from 'zod'
import { MirrorError } from '../../contracts/errors.js'
import type { Asked } from './failures.js'
import type { Headers } from './limits.js'

const REPOSITORY = z.object({ id: z.int().positive(), full_name: z.string().max(200) })

export interface Moved {
  /** Numeric id of the repository that answers now. */
  readonly id: string
  readonly schema: typeof REPOSITORY
}

/** The provider redirects to `/repositories/<id>…`; only the id is taken from it, so that no credential follows a foreign address. */
export function movedTo(headers: Headers, { what }: Asked): Moved {
  const id = /\/repositories\/(\d{1,20})(?:[/?]|$)/.exec(String(headers.location ?? ''))?.[1]
  if (id !== undefined) return { id, schema: REPOSITORY }
  throw new MirrorError('TARGET_ANSWER_INVALID', `${what}: redirected to something that is no repository`)
}

/** Metadata: `id` and `canonicalName` of the repository that answers under the old name. */
export function movedError({ id, full_name }: z.infer<typeof REPOSITORY>, { what, keyPrefix }: Asked): MirrorError {
  return new MirrorError('TARGET_MOVED', `${what}: the repository is now ${full_name} (id ${id})`, {
    remedy: `Set ${keyPrefix}REPO=${full_name} if that is the repository you mean.`,
    metadata: { id: `github:${id}`, canonicalName: full_name },
  })
}
