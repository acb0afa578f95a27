import { errorCode, isAbort, type Logger, sleep } from '@montana/foundation'
import { SPOOL_MAX_RECORDS } from '../constants.js'
import type { JournalFiles } from '../journal/files.js'
import { pollKey } from '../journal/line.js'
import { acquireLock, type Lock } from '../journal/lock.js'
import type { SoakRecord } from '../record/schema.js'
import { spoolPath } from './locate.js'
import { readSpoolFile, writeSpoolFile } from './spool-file.js'

/** Where records wait while their disk takes none: spec operations 3.5. */
export interface Spool {
  /** Oldest first. */
  waiting(): Promise<readonly SoakRecord[]>
  /** False where it is full: the oldest are kept, because they tell how the trouble began. */
  put(record: SoakRecord): Promise<boolean>
  /** Forgets records that have their place now. */
  drop(records: readonly SoakRecord[]): Promise<void>
}

export interface SpoolInit {
  readonly log: string
  readonly spoolDir: string | undefined
  readonly files: JournalFiles
  readonly logger: Logger
}

type Records = readonly SoakRecord[]

/** A file on another disk, and memory for as long as that cannot be written either. */
export function createSpool(init: SpoolInit): Spool {
  /** Newer than everything in the file. */
  let memory: Records = []
  return {
    waiting: async () => unique([...(await readStored(init)), ...memory]),
    put: async (record) => {
      let isKept = false
      await change((records) => {
        isKept = records.length < SPOOL_MAX_RECORDS
        return isKept ? [...records, record] : records
      })
      return isKept
    },
    drop: async (done) => {
      const keys = new Set(done.map(pollKey))
      await change((records) => records.filter((record) => !keys.has(pollKey(record))))
    },
  }

  async function change(next: (records: Records) => Records): Promise<void> {
    const isStored = await changeStored(init, (stored) => next(unique([...stored, ...memory])))
    memory = isStored ? [] : next(memory)
  }
}

async function readStored(init: SpoolInit): Promise<Records> {
  const path = await spoolPath(init.log, init.spoolDir)
  return path === undefined ? [] : await readSpoolFile(path).catch((error) => noted(init, error, []))
}

/** False where the file could not be changed; it is never changed by half. */
async function changeStored(init: SpoolInit, next: (stored: Records) => Records): Promise<boolean> {
  const path = await spoolPath(init.log, init.spoolDir)
  if (path === undefined) return false
  try {
    const lock = await lockPatiently(path, init.log)
    try {
      await writeSpoolFile(path, next(await readSpoolFile(path)), init.files)
    } finally {
      await lock.release()
    }
    return true
  } catch (error) {
    return noted(init, error, false)
  }
}

/** A spool that cannot be used is no reason to stop: memory is left, and the next poll tries again. */
function noted<T>({ logger }: SpoolInit, error: unknown, otherwise: T): T {
  if (isAbort(error)) throw error
  logger.warn({ code: errorCode(error) }, 'spool cannot be used')
  return otherwise
}

const LOCK_TRIES = 20
const LOCK_RETRY_MS = 50

/** Held for one change at a time, so that a moment is enough. */
async function lockPatiently(path: string, log: string): Promise<Lock> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await acquireLock(`${path}.lock`, log)
    } catch (error) {
      if (errorCode(error) !== 'SOAK_LOCKED' || attempt === LOCK_TRIES) throw error
    }
    await sleep(LOCK_RETRY_MS)
  }
}

function unique(records: Records): Records {
  return [...new Map(records.map((record) => [pollKey(record), record])).values()]
}
