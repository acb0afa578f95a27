import { type ExitCode, MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** Spec repository-mirror 5; CONFIG_INVALID and CONFIG_UNKNOWN_KEY are ConfigErrors. */
export type MirrorErrorCode =
  | 'SOURCE_SHALLOW'
  | 'SOURCE_PARTIAL'
  | 'SOURCE_INVALID'
  | 'SOURCE_RESET'
  | 'TARGET_UNREACHABLE'
  | 'TARGET_AUTH'
  | 'TARGET_FORBIDDEN'
  | 'TARGET_NOT_FOUND'
  | 'TARGET_MOVED'
  | 'TARGET_IS_PRIMARY'
  | 'TARGET_ANSWER_INVALID'
  | 'RATE_LIMITED'
  | 'REF_DIVERGED'
  | 'REF_HIDDEN'
  | 'REF_REJECTED'
  | 'WORKFLOW_SCOPE'
  | 'LFS_TOOL_MISSING'
  | 'HOST_KEY_UNKNOWN'
  | 'HOST_KEY_CHANGED'
  | 'NAME_INVALID'
  | 'VALUE_TOO_LARGE'
  | 'READBACK_MISMATCH'
  | 'BUSY'
  | 'FENCED'
  | 'EPOCH_LOST'
  | 'NOT_PROMOTABLE'
  | 'PRECONDITION'
  | 'PROOF_FAILED'
  | 'HANDBACK_CONFLICT'
  | 'STATE_UNREADABLE'
  | 'GIT_FAILED'
  | 'STORE_INVALID'
  | 'APPROVAL_NEEDED'

/** How the command ends: spec repository-mirror 12. What is not listed ends with 1. */
const EXIT_CODES: Partial<Record<MirrorErrorCode, ExitCode>> = {
  TARGET_UNREACHABLE: 69,
  RATE_LIMITED: 69,
  TARGET_AUTH: 77,
  TARGET_FORBIDDEN: 77,
  WORKFLOW_SCOPE: 77,
  REF_DIVERGED: 4,
  SOURCE_RESET: 4,
  HANDBACK_CONFLICT: 4,
  BUSY: 75,
  FENCED: 5,
  EPOCH_LOST: 8,
  NOT_PROMOTABLE: 8,
  PRECONDITION: 8,
}

export interface MirrorErrorInit extends MontanaErrorInit {
  /** From `Retry-After` or the reset of a limit: the earliest next try, milliseconds from now. */
  readonly retryAfterMs?: number
}

/** A failure while running. Its message never holds a secret: whoever makes one from foreign words redacts them first. */
export class MirrorError extends MontanaError {
  declare readonly code: MirrorErrorCode
  readonly retryAfterMs: number | undefined

  constructor(code: MirrorErrorCode, message: string, init: MirrorErrorInit = {}) {
    super(code, message, { exitCode: EXIT_CODES[code] ?? 1, ...init })
    this.name = 'MirrorError'
    this.retryAfterMs = init.retryAfterMs
  }
}

/** Gone by itself (back-off) or only by a change (alert once, retry on change or every 6 h). Spec repository-mirror 5. */
export type ErrorClass = 'transient' | 'blocked'
