import { errorMessage, isAbort, TimeoutError } from '@montana/foundation'
import { TransportError } from '../errors.js'

/** What a handshake ended with, as a {@link TransportError}; an abort by the caller stays what it is. */
export function asTransportError(error: unknown): Error {
  if (error instanceof TransportError) return error
  if (isDeadline(error)) return new TransportError('HS_TIMEOUT', 'the handshake did not end in time', {}, error)
  if (isAbort(error)) return error as Error
  return new TransportError('STREAM_RESET', errorMessage(error), {}, error)
}

function isDeadline(error: unknown): boolean {
  const { name, cause } = error as Error
  const causeName = (cause as Error | undefined)?.name
  return error instanceof TimeoutError || name === 'TimeoutError' || (isAbort(error) && causeName === 'TimeoutError')
}
