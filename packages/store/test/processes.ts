import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  /** The next line the child prints; rejects when it ends without one. */
  line(): Promise<string>
  /** All lines so far. */
  readonly lines: readonly string[]
  /** Resolves when the child has printed its last line. */
  ended(): Promise<void>
  /** kill -9, and everything the child managed to print. */
  kill(): Promise<void>
}

export function startChild(script: string, ...args: string[]): Child {
  return follow(spawn(process.execPath, [pathOf(script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** The same with a limit on the size of every file it writes; a write beyond is an error, not a signal. */
export function startLimitedChild(limitKiB: number, script: string, ...args: string[]): Child {
  const shell = `trap '' XFSZ; ulimit -f ${limitKiB}; exec "$0" "$@"`
  const command = ['-c', shell, process.execPath, pathOf(script), ...args]
  return follow(spawn('bash', command, { stdio: ['ignore', 'pipe', 'inherit'] }))
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(`./children/${script}`, import.meta.url))
}

function follow(child: ChildProcessByStdio<null, Readable, null>): Child {
  const reader = createInterface({ input: child.stdout })
  const lines: string[] = []
  const closed = once(reader, 'close')
  reader.on('line', (line) => lines.push(line))
  const kill = () => end(child, closed)
  onTestFinished(kill)
  return { lines, kill, line: () => nextLine(reader, closed), ended: () => closed.then(() => {}) }
}

async function nextLine(reader: ReturnType<typeof createInterface>, closed: Promise<unknown>): Promise<string> {
  const ended = closed.then(() => Promise.reject(new Error('the child ended')))
  ended.catch(() => {})
  const [line] = await Promise.race([once(reader, 'line') as Promise<[string]>, ended])
  return line
}

async function end(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  const isRunning = child.exitCode === null && child.signalCode === null
  const exited = isRunning ? once(child, 'exit') : Promise.resolve()
  child.kill('SIGKILL')
  await Promise.all([exited, closed])
}
