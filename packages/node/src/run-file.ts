import { hash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorCode, errorMessage, writeFileDurably } from '@montana/foundation'

/** Where a running node can be reached; status commands find it here and never open the store. */
export interface RunFile {
  readonly pid: number
  readonly instance: string
  readonly statusUrl: string
}

export const RUN_FILE = 'run.json'

export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  try {
    await writeFileDurably(join(dataDir, RUN_FILE), `${JSON.stringify({ ...run, sha256: digestOf(run) })}\n`)
  } catch (cause) {
    const message = `cannot write ${RUN_FILE} in ${dataDir}: ${errorMessage(cause)}`
    const remedy = 'free space in the data directory, or make it writable'
    throw new ConfigError(message, { code: errorCode(cause), field: 'dataDir', remedy, cause })
  }
}

export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  try {
    return checked(JSON.parse(await readFile(join(dataDir, RUN_FILE), 'utf8')))
  } catch {
    return undefined
  }
}

/** A file that is not what a node writes is no trace of a running node. */
function checked(content: unknown): RunFile | undefined {
  const { pid, instance, statusUrl, sha256 } = (content ?? {}) as Partial<Record<keyof RunFile | 'sha256', unknown>>
  const isUrl = typeof statusUrl === 'string' && URL.canParse(statusUrl) && statusUrl.startsWith('http://')
  if (!isUrl || typeof pid !== 'number' || typeof instance !== 'string') return undefined
  const run = { pid, instance, statusUrl }
  return sha256 === undefined || sha256 === digestOf(run) ? run : undefined
}

/** A flipped bit in a port would send every status command elsewhere. */
function digestOf({ pid, instance, statusUrl }: RunFile): string {
  return hash('sha256', JSON.stringify([pid, instance, statusUrl]))
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, RUN_FILE), { force: true })
}
