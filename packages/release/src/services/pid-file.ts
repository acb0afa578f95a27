import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileDurably } from '@montana/foundation'

/** A process by its number and the time of its start: numbers are given again. */
export interface Started {
  readonly pid: number
  /** Clock ticks since the host's start. */
  readonly startTicks: string
}

export function pidFile(root: string, unit: string): string {
  return join(root, 'run', 'montana-services', `${unit}.pid`)
}

export async function writeStarted(file: string, pid: number): Promise<void> {
  const found = await look(pid)
  if (!found) return
  await mkdir(dirname(file), { recursive: true, mode: 0o755 })
  await writeFileDurably(file, `${pid} ${found.startTicks}\n`)
}

/** The process that the file names, if it is still the same one and not a zombie. */
export async function readStarted(file: string): Promise<Started | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [, pid, startTicks = ''] = /^(\d+) (\d+)$/.exec(text.trim()) ?? []
  const found = pid === undefined ? undefined : await look(Number(pid))
  return found?.startTicks === startTicks ? found : undefined
}

export async function forgetStarted(file: string): Promise<void> {
  await rm(file, { force: true })
}

/** From /proc; undefined for one that is gone or only waits to be collected. */
async function look(pid: number): Promise<Started | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name may hold blanks and brackets: what follows the last bracket is the state, field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  return state && startTicks && state !== 'Z' && state !== 'X' ? { pid, startTicks } : undefined
}
