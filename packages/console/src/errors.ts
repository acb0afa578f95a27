import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

export type ApiErrorCode =
  | 'USAGE'
  | 'HOST'
  | 'ORIGIN'
  | 'NOT_FOUND'
  | 'METHOD'
  | 'BUSY'
  | 'INTERNAL'
  | 'STOPPING'
  | 'TOKEN'
  | 'READ_ONLY'
  | 'MEDIA_TYPE'
  | 'FIELD_INVALID'
  | 'NOT_ENABLED'
  | 'SOAK_UNREADABLE'
  | 'NODE_UNREACHABLE'
  | 'NODE_ANSWER'
  | 'RULE_REFUSED'
  | 'AGENT_UNREACHABLE'
  | 'AGENT_REFUSED'
  | 'AUDIT_FAILED'

/** A request that is refused, with the HTTP status that says so. */
export class ApiError extends MontanaError {
  declare readonly code: ApiErrorCode

  constructor(
    readonly status: number,
    code: ApiErrorCode,
    message: string,
    init: MontanaErrorInit & { readonly remedy: string },
  ) {
    super(code, message, init)
    this.name = 'ApiError'
  }
}
