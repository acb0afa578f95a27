import type { StandClock } from './clock.js'
import type { Faults } from './faults.js'
import type { GithubStandOptions } from './options.js'
import type { RequestLog } from './request-log.js'
import type { Accounts } from './state/accounts.js'
import type { Apps } from './state/apps.js'
import type { Limits } from './state/limits.js'
import type { Repositories } from './state/repositories.js'
import type { Tokens } from './state/tokens.js'

/** What the handlers of a stand share. */
export interface StandParts {
  readonly clock: StandClock
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly tokens: Tokens
  readonly apps: Apps
  readonly limits: Limits
  readonly faults: Faults
  readonly requests: RequestLog
  readonly options: GithubStandOptions
}
