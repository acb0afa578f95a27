import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** Why a breath took nothing in or let nothing out: spec three-mirror 12. */
export type BreathErrorCode =
  | 'REF_FOREIGN'
  | 'PATH_FOREIGN'
  | 'SECRET_FOUND'
  | 'STAMP_FUTURE'
  | 'SHRINK_HELD'
  | 'JSON_INVALID'
  | 'TOO_LARGE'
  | 'GIT_FAILED'
  | 'BREATH_LOCKED'
  | 'SIGNATURE_INVALID'

export class BreathError extends MontanaError {
  declare readonly code: BreathErrorCode

  constructor(code: BreathErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'BreathError'
  }
}
