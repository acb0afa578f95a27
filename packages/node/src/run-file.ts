import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@montana/foundation'

/** Where a running node can be reached; status commands find it here and never open the store. */
export interface RunFile {
  readonly pid: number
  readonly instance: string
  readonly statusUrl: string
}

const NAME = 'run.json'

export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  await writeFileDurably(join(dataDir, NAME), `${JSON.stringify(run)}\n`)
}

export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, NAME), 'utf8')) as RunFile
  } catch {
    return undefined
  }
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, NAME), { force: true })
}
