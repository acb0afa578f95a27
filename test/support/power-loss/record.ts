import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, parseTrace, TRACE_ARGUMENTS } from './calls.js'

/** A child that hangs would stop the tests with it. */
const TIMEOUT_MS = 120_000

/** Why nothing can be recorded here; undefined where it can. */
export function whyNoTrace(): string | undefined {
  const { status } = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'])
  return status === 0 ? undefined : 'strace is missing, or may not trace'
}

export interface Recorded {
  readonly calls: Call[]
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

/**
 * Runs Node with `args` until it ends, and returns what it asked of the file system below `folder`, an absolute path without
 * links. `inject` are more arguments for strace, such as a call that fails or kills.
 */
export function recordCalls(folder: string, args: readonly string[], inject: readonly string[] = []): Recorded {
  const scratch = mkdtempSync(join(tmpdir(), 'montana-trace-'))
  const file = join(scratch, 'trace')
  try {
    const command = [...TRACE_ARGUMENTS, ...inject, '-o', file, process.execPath, ...args]
    // One thread for files: their calls are in one order, and strace counts them together.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
    const { status, signal, stderr } = spawnSync('strace', command, {
      encoding: 'utf8',
      env,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    return { calls: parseTrace(linesOf(readFileSync(file)), folder), exitCode: status, signal, stderr }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** One by one: a whole trace may be longer than a string. */
function* linesOf(trace: Buffer): Generator<string> {
  for (let from = 0, to = trace.indexOf(10); to !== -1; from = to + 1, to = trace.indexOf(10, from))
    yield trace.toString('latin1', from, to)
}
