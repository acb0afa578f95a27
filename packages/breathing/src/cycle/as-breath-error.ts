import { errorCode, errorMessage } from '@montana/foundation'
import { BreathError } from '../errors.js'

/** What failed below (a full disk, a vanished folder) in the terms of this package. */
export function asBreathError(error: unknown): BreathError {
  if (error instanceof BreathError) return error
  const code = errorCode(error)
  return new BreathError('GIT_FAILED', `${code === 'UNKNOWN' ? '' : `${code}: `}${errorMessage(error)}`, {
    cause: error,
  })
}
