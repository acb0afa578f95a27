import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorCode, errorMessage, writeFileDurably } from '@montana/foundation'

/** Where a running node can be reached; status commands find it here and never open the store. */
export interface RunFile {
  readonly pid: number
  readonly instance: string
  readonly statusUrl: string
}

const NAME = 'run.json'

export async function writeRunFile(dataDir: string, run: RunFile): Promise<void> {
  try {
    await writeFileDurably(join(dataDir, NAME), `${JSON.stringify(run)}\n`)
  } catch (cause) {
    const message = `cannot write ${NAME} in ${dataDir}: ${errorMessage(cause)}`
    const remedy = 'free space in the data directory, or make it writable'
    throw new ConfigError(message, { code: errorCode(cause), field: 'dataDir', remedy, cause })
  }
}

export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  try {
    return checked(JSON.parse(await readFile(join(dataDir, NAME), 'utf8')))
  } catch {
    return undefined
  }
}

/** A file that is not what a node writes is no trace of a running node. */
function checked(content: unknown): RunFile | undefined {
  const { pid, instance, statusUrl } = (content ?? {}) as Partial<Record<keyof RunFile, unknown>>
  const isUrl = typeof statusUrl === 'string' && URL.canParse(statusUrl) && statusUrl.startsWith('http://')
  if (!isUrl || typeof pid !== 'number' || typeof instance !== 'string') return undefined
  return { pid, instance, statusUrl }
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, NAME), { force: true })
}
