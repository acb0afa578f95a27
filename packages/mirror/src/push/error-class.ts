import type { ErrorClass, MirrorErrorCode } from '../contracts/errors.js'

const TRANSIENT: ReadonlySet<string> = new Set<MirrorErrorCode | 'TIMEOUT' | 'ABORTED' | 'UNKNOWN'>([
  'TARGET_UNREACHABLE',
  'TARGET_ANSWER_INVALID',
  'RATE_LIMITED',
  'READBACK_MISMATCH',
  'BUSY',
  'GIT_FAILED',
  'TIMEOUT',
  'ABORTED',
  'UNKNOWN',
])

/** What is not known to go away by itself waits for a change. Spec repository-mirror 5. */
export function classOf(code: string): ErrorClass {
  return TRANSIENT.has(code) ? 'transient' : 'blocked'
}
