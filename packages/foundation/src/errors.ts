/** How a process ends when an error reaches its top: spec operations 15; 3 and 4 of three-mirror 3.2, the rest of repository-mirror 12. */
export type ExitCode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 69 | 75 | 77 | 78 | 130

export interface MontanaErrorInit {
  /** What the caller can do about it, as an imperative sentence. */
  remedy?: string
  /** The configuration key, flag or record field at fault. */
  field?: string
  exitCode?: ExitCode
  /** Typed facts for programs; never secrets. */
  metadata?: Readonly<Record<string, unknown>>
  cause?: unknown
}

export interface ErrorJson {
  error: { code: string; message: string; remedy?: string; field?: string }
}

/** The one base class: callers branch on `code`, people read `message` and `remedy`. */
export class MontanaError extends Error {
  readonly code: string
  readonly remedy: string | undefined
  readonly field: string | undefined
  readonly exitCode: ExitCode
  readonly metadata: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, init: MontanaErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'MontanaError'
    this.code = code
    this.remedy = init.remedy
    this.field = init.field
    this.exitCode = init.exitCode ?? 1
    this.metadata = init.metadata ?? {}
  }

  toJSON(): ErrorJson {
    const { code, message, remedy, field } = this
    return { error: { code, message, ...(remedy && { remedy }), ...(field && { field }) } }
  }
}

/** A wrong setting: one line that names field, value and remedy; exit 78. */
export class ConfigError extends MontanaError {
  constructor(message: string, init: Omit<MontanaErrorInit, 'exitCode'> & { code?: string } = {}) {
    super(init.code ?? 'CONFIG_INVALID', message, { ...init, exitCode: 78 })
    this.name = 'ConfigError'
  }
}

/** A wrong command line; exit 2. */
export class UsageError extends MontanaError {
  constructor(message: string, init: Omit<MontanaErrorInit, 'exitCode'> = {}) {
    super('USAGE', message, { ...init, exitCode: 2 })
    this.name = 'UsageError'
  }
}

/** The caller asked to stop. Never reported as a fault. */
export class AbortError extends Error {
  readonly code = 'ABORTED'
  constructor(cause?: unknown) {
    super('aborted', cause === undefined ? undefined : { cause })
    this.name = 'AbortError'
  }
}

/** A deadline passed. Its own class, so that it is never mistaken for a refusal. */
export class TimeoutError extends Error {
  readonly code = 'TIMEOUT'
  constructor(readonly timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`)
    this.name = 'TimeoutError'
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** The code of any error, for logs and counters; `UNKNOWN` where it has none. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'UNKNOWN'
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
