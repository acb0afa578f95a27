/** How a verb ends. Exit codes: spec repository-mirror 12. */
export interface ScriptAnswer {
  readonly exitCode: number
  /** One JSON object on stdout. */
  readonly result: Readonly<Record<string, unknown>>
  /** Lines for people on stderr. */
  readonly lines: readonly string[]
}

export const HEALTHY = 0
export const CONFLICT = 4
/** Fenced or inert: do not act. */
export const FENCED = 5
export const UNHEALTHY = 6
export const UNKNOWN = 7
/** A precondition is not met, or a swap was lost. */
export const NOT_MET = 8
