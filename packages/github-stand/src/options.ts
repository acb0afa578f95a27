import type { LimitSettings } from './state/limits.js'

/** What went over the wire, for a test that checks it against a description. Bodies are as they were sent. */
export interface Exchange {
  readonly method: string
  /** As OpenAPI writes it: `/repos/{owner}/{repo}/actions/secrets/{secret_name}`. */
  readonly template: string
  readonly requestBody: unknown
  readonly status: number
  readonly contentType: string | undefined
  readonly responseBody: unknown
}

export interface GithubStandOptions {
  /** Where the bare repositories are kept; a temporary folder that `close` removes when not given. */
  readonly folder?: string
  /** GitHub Enterprise Server, up to 3.19, does not know `return_run_details`. */
  readonly product?: 'github.com' | 'ghes'
  /** Between the push of a workflow file and its appearance in the list; 0 unless given. */
  readonly workflowRegistrationDelayMs?: number
  readonly limits?: Partial<LimitSettings>
  /** Called with each answer of the REST side that is the stand's own, planted ones left out. */
  readonly onExchange?: (exchange: Exchange) => void
}
