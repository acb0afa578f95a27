import { errorMessage } from '@montana/foundation'
import { FailoverError } from '../../errors.js'

export type Failure =
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** A failed call as a result. Throws what is not a failure of the store: an abort, a mistake of ours. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof FailoverError)) throw error
  const message = errorMessage(error)
  if (error.code === 'ETCD_UNREACHABLE') return { kind: 'unreachable', message }
  return { kind: 'refused', code: error.code, message }
}
