import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'packages', 'cli', 'dist', 'main.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
}

/**
 * Starts the real command in a process of its own; it is ended with the test if it still runs. `within`: a command that
 * becomes the one that is named after it, as `nsenter` does.
 */
export function startMontana(
  args: readonly string[],
  env: Record<string, string> = {},
  input?: string,
  detached = false,
  within: readonly string[] = [],
): Running {
  const startedAtMs = performance.now()
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const [command = process.execPath, ...rest] = [...within, process.execPath, MAIN, ...args]
  const child = spawn(command, rest, {
    env: { ...clean, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
    detached,
  })
  child.stdin?.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr, durationMs: performance.now() - startedAtMs }))
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await finished
  })
  return { child, finished }
}

export function montana(args: readonly string[], env: Record<string, string> = {}, input?: string): Promise<Finished> {
  return startMontana(args, env, input).finished
}

/** The real command, none of whose files may grow beyond `kib`: its writes fail as on a full disk. */
export async function montanaWithin(
  kib: number,
  args: readonly string[],
): Promise<Pick<Finished, 'code' | 'stdout' | 'stderr'>> {
  const limited = ['-c', `ulimit -f ${2 * kib}; exec "$0" "$@"`, process.execPath, MAIN, ...args]
  return await new Promise((resolve) => {
    execFile('sh', limited, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

/** A directory that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'montana-e2e-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: string,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
