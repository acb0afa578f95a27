import { MontanaError } from '@montana/foundation'

export type ReadErrorCode = 'USAGE' | 'NOT_FOUND' | 'BUSY' | 'STOPPING'

/** A question that is not answered, with the HTTP status that says so: spec operations 13.2. */
export class ReadError extends MontanaError {
  declare readonly code: ReadErrorCode

  constructor(
    readonly status: 400 | 404 | 503,
    code: ReadErrorCode,
    message: string,
    init: { readonly remedy: string; readonly field?: string },
  ) {
    super(code, message, init)
    this.name = 'ReadError'
  }
}
