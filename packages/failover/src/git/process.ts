import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { AbortError, errorMessage, TimeoutError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { BoundedOutput } from './bounded-output.js'

export interface ProcessLimits {
  readonly timeoutMs: number
  readonly outputMaxBytes: number
  readonly signal: AbortSignal | undefined
}

export interface GitResult {
  /** −1: ended by a signal. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

type Kill = (reason: Error) => void

/**
 * What became of a process that leads its own group; settles when it has ended. One that is given up, takes too long or
 * writes too much is killed with its group. Throws AbortError, TimeoutError, and GIT_FAILED if it could not be run.
 */
export async function watchProcess(
  child: ChildProcessWithoutNullStreams,
  input: string,
  limits: ProcessLimits,
): Promise<GitResult> {
  let reason: Error | undefined
  const kill: Kill = (why) => {
    reason ??= why
    killGroup(child.pid)
  }
  const onTooLong = () => kill(new FailoverError('GIT_FAILED', 'git wrote more than is read'))
  const stdout = new BoundedOutput(child.stdout, limits.outputMaxBytes, onTooLong)
  const stderr = new BoundedOutput(child.stderr, limits.outputMaxBytes, onTooLong)
  const disarm = arm(kill, limits)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const code = await closed(child)
    if (reason) throw reason
    return { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') }
  } finally {
    disarm()
  }
}

function arm(kill: Kill, { timeoutMs, signal }: ProcessLimits): () => void {
  const timer = setTimeout(() => kill(new TimeoutError(timeoutMs)), timeoutMs)
  const onAbort = () => kill(new AbortError(signal?.reason))
  signal?.addEventListener('abort', onAbort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function closed(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new FailoverError('GIT_FAILED', `git cannot be run: ${errorMessage(cause)}`, { cause }))
    })
    child.once('close', (code) => resolve(code ?? -1))
  })
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
