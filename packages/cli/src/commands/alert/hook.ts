import { spawn } from 'node:child_process'
import { errorCode } from '@montana/foundation'

/** How a hook ended; `reason` tells people, and never holds what the hook wrote. */
export type HookOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Runs a program with `input` on its standard input; whoever is left of it when the time is over is killed. */
export function runHook(command: readonly string[], input: string, deadline: AbortSignal): Promise<HookOutcome> {
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    // A group of its own, so that its children end with it. Its output goes where the journal is.
    const child = spawn(program, args, { stdio: ['pipe', 2, 2], detached: true })
    const onAbort = () => killGroup(child.pid)
    const settle = (outcome: HookOutcome) => {
      deadline.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
    deadline.addEventListener('abort', onAbort, { once: true })
    child.once('error', (error) => settle({ ok: false, reason: `it could not be started: ${errorCode(error)}` }))
    child.once('close', (code, signal) => settle(outcomeOf(code, signal, deadline.aborted)))
    // One that does not read its input is no failure of its own.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function outcomeOf(code: number | null, signal: string | null, isLate: boolean): HookOutcome {
  if (code === 0) return { ok: true }
  if (isLate) return { ok: false, reason: 'it was killed because its time was over' }
  return { ok: false, reason: code === null ? `it was ended by ${signal}` : `it ended with ${code}` }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone.
  }
}
