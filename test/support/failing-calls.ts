import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Reliability goal 9: the calls that fail. */
export const CALLS = ['write', 'pwrite64', 'fsync', 'fdatasync', 'rename'] as const
type CallName = (typeof CALLS)[number]
export const MARK = '(INJECTED)'
/** A child that hangs would stop the tests with it. */
const TIMEOUT_MS = 120_000

/** A call on one of the paths that are watched: the `nth` of its name, from 1. */
export interface FileCall {
  readonly name: CallName
  readonly nth: number
}

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The line of the trace in which the call failed; undefined where it did not come to that. */
  readonly hit: string | undefined
}

/** Runs Node with `args`; the calls of it that change one of `paths`, in their order. */
export function callsOn(paths: readonly string[], args: readonly string[]): FileCall[] {
  const seen = new Map<CallName, number>()
  return traced(paths, args, []).lines.flatMap((line) => {
    const name = CALLS.find((call) => line.includes(` ${call}(`))
    if (name === undefined) return []
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    return [{ name, nth }]
  })
}

/** Runs Node with `args`; one call on one of `paths` does nothing and fails with `error`. */
export function runFailing(
  paths: readonly string[],
  args: readonly string[],
  { name, nth }: FileCall,
  error: 'EIO' | 'ENOSPC',
): Ended {
  const { lines, ...ended } = traced(paths, args, ['-e', `inject=${name}:error=${error}:when=${nth}`])
  return { ...ended, hit: lines.find((line) => line.includes(MARK)) }
}

/** With `-P` strace sees, counts and spoils what concerns these paths alone. */
function traced(paths: readonly string[], args: readonly string[], inject: readonly string[]) {
  const scratch = mkdtempSync(join(tmpdir(), 'montana-trace-'))
  const file = join(scratch, 'trace')
  try {
    const watched = paths.flatMap((path) => ['-P', path])
    const what = ['-f', '-y', '-s', '0', '-e', 'signal=none', '-e', `trace=${CALLS.join()}`, ...inject]
    const command = ['-qq', ...watched, ...what, '-o', file, process.execPath, ...args]
    // One thread for files, or each would count its calls by itself.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
    const run = spawnSync('strace', command, { encoding: 'utf8', env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' })
    const lines = readFileSync(file, 'utf8').split('\n')
    return { lines, stdout: run.stdout, stderr: run.stderr, exitCode: run.status, signal: run.signal }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
