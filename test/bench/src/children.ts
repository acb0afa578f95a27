import type { ChildProcess } from 'node:child_process'

/** Asks a child to end when this process exits for whatever reason but kill -9, before the folders go in which it writes. */
export function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGTERM')
  process.prependListener('exit', end)
  child.once('exit', () => process.removeListener('exit', end))
}
