import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

export type StandErrorCode = 'STAND_UNKNOWN' | 'STAND_CONFLICT' | 'STAND_GIT' | 'STAND_SSHD' | 'STAND_WORKFLOW'

/** A mistake of whoever sets the stand up; never sent over http. */
export class StandError extends MontanaError {
  constructor(code: StandErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'StandError'
  }
}

/** Ends a request with an answer of the shape in which GitHub refuses. */
export class HttpFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = 'HttpFailure'
  }

  /** The JSON body. */
  body(): Record<string, unknown> {
    return { message: this.message, documentation_url: DOCUMENTATION_URL, status: String(this.status), ...this.details }
  }
}

const DOCUMENTATION_URL = 'https://docs.github.com/rest'

export function notFound(): HttpFailure {
  return new HttpFailure(404, 'Not Found')
}

export function invalid(message: string): HttpFailure {
  return new HttpFailure(422, message)
}
