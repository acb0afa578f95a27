/** What the service manager says about a unit, told by the id of its message: spec operations 6. */
export type UnitEvent = 'exit' | 'failed' | 'job_failed' | 'restart'

/** One log line, whatever it came from. The texts are as untrusted as the log. */
export interface LogLine {
  /** Null where no unit owns it. */
  readonly unit: string | null
  /** ms since the epoch; null where the line has no time. */
  readonly timeMs: number | null
  /** Syslog priority, 0 to 7; null where the source has none. */
  readonly priority: number | null
  readonly code: string
  /** What is grouped: the constant sentence of our own lines, the whole of a foreign one. */
  readonly message: string
  /** The whole line, for the sample. */
  readonly text: string
  /** Numbers of windows named by the line. */
  readonly windows: readonly number[]
  readonly event: UnitEvent | undefined
  /** Why the unit failed, in the words of the service manager, such as `timeout`. */
  readonly unitResult: string | undefined
}

/** A line that is nobody's: parsers replace what they know. */
export const BARE_LINE = {
  ...{ unit: null, timeMs: null, priority: null },
  ...{ event: undefined, unitResult: undefined },
} as const satisfies Partial<LogLine>
