import type { Redactor } from './redact/redactor.js'

/** What the command and each of its children may take of the host; whoever wants more is refused or ended by the system. */
export interface ProcessLimits {
  /** Memory of each process that it can write to; files that are only mapped, such as packs, do not count. */
  readonly memoryMaxBytes?: number
  /** Of each file that is written. */
  readonly fileMaxBytes?: number
}

export interface GitOptions {
  /** The program; a test puts one in between. Default: git. */
  readonly program?: string
  /** From start to end. Default: 30 s. */
  readonly timeoutMs?: number
  /** No byte on stdout or stderr for so long ends the command. Default: never. */
  readonly idleTimeoutMs?: number
  /** Of stdout and of stderr each. Default: 64 MiB. */
  readonly outputMaxBytes?: number
  readonly signal?: AbortSignal | undefined
  /** For stdin. Default: nothing. */
  readonly input?: string | Uint8Array
  /** Beside and above what is let through: the only place for a credential. */
  readonly environment?: Readonly<Record<string, string>>
  /** More `key=value` for `-c`, above the fixed ones. They stand in argv, where every user of the host can read them. */
  readonly settings?: readonly string[]
  /** Lets `SSH_AUTH_SOCK` through. Default: false. */
  readonly sshAgent?: boolean
  /** Default: none. */
  readonly limits?: ProcessLimits
  /** Default: one that knows the shapes of credentials and no secret. */
  readonly redact?: Redactor
  /** Lines and progress (which ends in \r) of stderr as they come, redacted, never empty. Must not throw. */
  readonly onLine?: (line: string) => void
}

/**
 * Why a command ended before its time, or never began: `timeout` and `idle` by their limits, `aborted` by the signal,
 * `too-long` by what it wrote, `not-started` for a program that cannot be run.
 */
export type GitEnd = 'timeout' | 'idle' | 'aborted' | 'too-long' | 'not-started'

export interface GitResult {
  /** Null: ended by a signal, or for `reason`. */
  readonly code: number | null
  /** As it came; for a `reason` what had come until then. */
  readonly stdout: Buffer
  /** Redacted; for `not-started` the words of the system. */
  readonly stderr: string
  readonly reason?: GitEnd
}
