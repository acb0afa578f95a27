import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'children')

export interface Child {
  readonly process: ChildProcess
  /** Everything on stdout so far. */
  output(): string
  /** Resolves to stdout when the process is gone. */
  readonly ended: Promise<string>
}

export function startChild(script: string, args: readonly string[], wrapper: readonly string[] = []): Child {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, join(FOLDER, script), ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
  })
  return { process: child, output: () => output, ended: once(child, 'close').then(() => output) }
}
