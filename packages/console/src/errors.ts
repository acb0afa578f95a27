import type { MontanaErrorInit } from '@montana/foundation'
import { type EdgeCode, RefusedError } from '@montana/http'

export type ApiErrorCode =
  | EdgeCode
  | 'USAGE'
  | 'NOT_FOUND'
  | 'INTERNAL'
  | 'STOPPING'
  | 'NOT_ENABLED'
  | 'SOAK_UNREADABLE'
  | 'NODE_UNREACHABLE'
  | 'NODE_ANSWER'
  | 'RULE_REFUSED'
  | 'AGENT_UNREACHABLE'
  | 'AGENT_REFUSED'
  | 'AUDIT_FAILED'

/** A request that is refused by a rule of the console. */
export class ApiError extends RefusedError<ApiErrorCode> {
  constructor(
    status: number,
    code: ApiErrorCode,
    message: string,
    init: MontanaErrorInit & { readonly remedy: string },
  ) {
    super(status, code, message, init)
    this.name = 'ApiError'
  }
}
