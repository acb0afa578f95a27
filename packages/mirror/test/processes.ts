import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  readonly pid: number
  /** The next line that it prints; rejects when it ends without one. */
  line(): Promise<string>
  /** All that it printed, once it has ended. */
  readonly lines: readonly string[]
  /** Exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string>
  signal(name: NodeJS.Signals): void
}

/** A script of `test/children` as a process of its own, which the test does not outlive. */
export function startChild(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`./children/${script}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  let read = 0
  reader.on('line', (line) => lines.push(line))
  const closed = once(reader, 'close')
  const exited = exitOf(child)
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await exited
  })
  const line = async (): Promise<string> => {
    while (lines.length <= read) {
      const isOver = await Promise.race([once(reader, 'line').then(() => false), closed.then(() => true)])
      if (isOver && lines.length <= read) throw new Error(`${script} ended`)
    }
    return lines[read++] ?? ''
  }
  const ended = async () => {
    await closed
    return await exited
  }
  return { pid: child.pid ?? 0, lines, line, ended, signal: (name) => void child.kill(name) }
}

async function exitOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return code ?? signal ?? ''
}
