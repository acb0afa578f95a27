import { errorMessage, MontanaError } from '@montana/foundation'

/** The same codes from every backend. */
export type NativeErrorCode =
  | 'NATIVE_BAD_LENGTH'
  | 'NATIVE_BAD_STEPS'
  | 'NATIVE_BAD_CHECKPOINTS'
  | 'NATIVE_BAD_LANES'
  | 'NATIVE_BAD_THREADS'
  | 'NATIVE_BAD_LEVEL'
  | 'NATIVE_BAD_ORDER'
  | 'NATIVE_NO_THREAD'
  | 'NATIVE_SOCKET'
  | 'NATIVE_UNSOUND'
  | 'NATIVE_PANIC'
  | 'NATIVE_UNAVAILABLE'

export function nativeError(code: NativeErrorCode, message: string, cause?: unknown): MontanaError {
  return new MontanaError(code, message, cause === undefined ? {} : { cause })
}

/** What the addon throws carries the code but not our class. */
export function translated<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    const { code } = error as { code?: NativeErrorCode }
    if (error instanceof MontanaError || !code?.startsWith('NATIVE_')) throw error
    throw nativeError(code, errorMessage(error), error)
  }
}
