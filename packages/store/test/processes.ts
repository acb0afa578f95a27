import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  /** The next line the child prints; rejects when it ends without one. */
  line(): Promise<string>
  /** All lines so far. */
  readonly lines: readonly string[]
  /** kill -9, and everything the child managed to print. */
  kill(): Promise<void>
}

export function startChild(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`./children/${script}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const reader = createInterface({ input: child.stdout })
  const lines: string[] = []
  const closed = once(reader, 'close')
  reader.on('line', (line) => lines.push(line))
  const kill = () => end(child, closed)
  onTestFinished(kill)
  return { lines, kill, line: () => nextLine(reader, closed) }
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
