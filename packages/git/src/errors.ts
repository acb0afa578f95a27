import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** Git could not be run, or ended with another code than 0. `metadata`: command, code, and why it was ended. */
export class GitError extends MontanaError {
  declare readonly code: 'GIT_FAILED'

  constructor(message: string, init: MontanaErrorInit = {}) {
    super('GIT_FAILED', message, init)
    this.name = 'GitError'
  }
}
