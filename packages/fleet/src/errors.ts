import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** Why a signed document was refused, spec operations 11.2, or a join request, 9.4, or a sync job failed. */
export type FleetErrorCode =
  | 'DOC_TOO_LARGE'
  | 'DOC_INVALID'
  | 'DOC_NETWORK'
  | 'DOC_SIGNATURES'
  | 'DOC_EXPIRED'
  | 'DOC_EARLY'
  | 'DOC_ROLLBACK'
  | 'DOC_EQUIVOCATION'
  | 'JOIN_INVALID'
  | 'JOIN_NETWORK'
  | 'JOIN_EXPIRED'
  | 'JOIN_SIGNATURE'
  | 'JOIN_REPLAYED'
  | 'JOIN_TOKEN'
  | 'SOURCE_FAILED'
  | 'SYNC_LOCKED'
  | 'JOB_RECORD'

export class FleetError extends MontanaError {
  declare readonly code: FleetErrorCode

  constructor(code: FleetErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'FleetError'
  }
}
