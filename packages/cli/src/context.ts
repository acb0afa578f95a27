import { AbortError, type ErrorJson, errorCode, errorMessage, MontanaError } from '@montana/foundation'

/** What every command is handed: where to write, and when to stop. stdout carries results, stderr everything else. */
export interface CliContext {
  /** Fires on SIGINT, SIGTERM, or when the process that started this one is gone. */
  readonly signal: AbortSignal
  readonly isTerminal: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A line, or several, on stdout. */
  out(text: string): void
  /** A line on stderr. */
  err(text: string): void
  /** One JSON object on stdout. */
  json(value: unknown): void
  /** SIGHUP calls this from now on, instead of ending the command. */
  onHangUp(handler: () => void): void
  /** The exit code of a command that ends without throwing; 0 if never called. */
  exit(code: number): void
  /** Being stopped is how this command ends, and no failure; of any other it means that it was not done, which is never 0. */
  runsUntilStopped(): void
}

/** Options that every command takes. */
export interface GlobalOptions {
  json?: boolean
  config?: string
  dataDir?: string
  logLevel?: string
  color?: boolean
  quiet?: boolean
}

export interface ContextHandle {
  readonly context: CliContext
  readonly exitCode: () => number
  readonly isEndedByStop: () => boolean
  /** Null as long as nobody stopped it. */
  readonly stoppedBy: () => string | null
  /** Ends the command from outside. */
  stop(reason: string): void
  hangUp(): void
}

export function createContext(): ContextHandle {
  const controller = new AbortController()
  let exitCode = 0
  let isEndedByStop = false
  let stoppedBy: string | null = null
  const stop = (reason: string) => {
    stoppedBy ??= reason
    controller.abort(new AbortError(reason))
  }
  let onHangUp = () => stop('SIGHUP')
  const context: CliContext = {
    signal: controller.signal,
    isTerminal: process.stdout.isTTY === true,
    environment: process.env,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    onHangUp: (handler) => {
      onHangUp = handler
    },
    exit: (code) => {
      exitCode = code
    },
    runsUntilStopped: () => {
      isEndedByStop = true
    },
  }
  return {
    context,
    exitCode: () => exitCode,
    isEndedByStop: () => isEndedByStop,
    stoppedBy: () => stoppedBy,
    stop,
    hangUp: () => onHangUp(),
  }
}

/** An error as one line for people: what, then what to do about it. */
export function errorLine(error: unknown): string {
  if (!(error instanceof MontanaError)) return `error: ${error instanceof Error ? error.message : String(error)}`
  return `error: ${error.message}${error.remedy ? `; ${error.remedy}` : ''}`
}

export function errorJson(error: unknown): ErrorJson {
  if (error instanceof MontanaError) return error.toJSON()
  return { error: { code: errorCode(error), message: errorMessage(error) } }
}
