import { type ChildProcess, spawn } from 'node:child_process'

/** Busy but for the instants between two bursts, in which it hears that whoever started it is gone, however it went. */
const PROGRAM = `
process.once('disconnect', () => process.exit(0))
setInterval(() => { for (const end = performance.now() + 50; performance.now() < end; ); }, 1)
`

export interface Burning {
  readonly pids: readonly number[]
  /** All of them are at it. */
  isBusy(): boolean
  stop(): void
}

/** Keeps `cores` busy until told to stop, or until this process is gone. */
export function burn(cores: number): Burning {
  const children = Array.from({ length: cores }, () =>
    spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
  )
  for (const child of children) child.channel?.unref()
  return {
    pids: children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    isBusy: () => children.every(isRunning),
    stop: () => children.forEach((child) => void child.kill('SIGKILL')),
  }
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}
