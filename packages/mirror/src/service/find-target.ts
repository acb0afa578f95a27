import { MirrorError } from '../contracts/errors.js'
import type { Reached } from './parts.js'

/** Throws TARGET_NOT_FOUND. */
export function findTarget(targets: readonly Reached[], name: string): Reached {
  const found = targets.find(({ target }) => target.name === name)
  if (found) return found
  throw new MirrorError('TARGET_NOT_FOUND', `there is no target ${name}`, { remedy: 'see `montana mirror status`' })
}
