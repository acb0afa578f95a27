import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatTime } from '@montana/foundation'
import type { BreathStats } from '../stats.js'

const FILE = 'last-run.json'

export interface LastRun {
  readonly pid: number
  readonly at: string
  readonly stats: BreathStats
}

/** Not durable: it is for looking, and the next cycle writes it again. */
export async function saveRun(folder: string, stats: BreathStats): Promise<void> {
  const path = join(folder, FILE)
  const run: LastRun = { pid: process.pid, at: formatTime(Date.now()), stats }
  await writeFile(`${path}.tmp`, JSON.stringify(run), { mode: 0o600 })
  await rename(`${path}.tmp`, path)
}

export async function readRun(folder: string): Promise<LastRun | null> {
  try {
    return JSON.parse(await readFile(join(folder, FILE), 'utf8')) as LastRun
  } catch {
    return null
  }
}
