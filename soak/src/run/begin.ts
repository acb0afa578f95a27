import { randomUUID } from 'node:crypto'
import type { JournalState } from '../journal/journal.js'
import type { PollerOptions } from '../options.js'
import { checkSameRun, runDocument } from './document.js'
import { readRunDocument } from './read.js'
import type { RunSettings } from './settings.js'
import { writeRunDocument } from './write.js'

export interface RunOfPoll {
  readonly runId: string | undefined
  /** Of the run document; undefined for a file without one. */
  readonly sha256: string | undefined
}

interface BeginRun {
  readonly options: PollerOptions
  readonly state: Pick<JournalState, 'bytes' | 'next'>
  readonly intervalMs: number
  readonly nowMs: number
}

/**
 * The run that the next record belongs to. The first poll of a new file writes its document, where the settings of a
 * run are known; a file that was begun without one never gets one. Needs the lock. Throws ConfigError when the settings
 * are no longer those of the document.
 */
export async function runOfPoll(begin: BeginRun): Promise<RunOfPoll> {
  const { options, state } = begin
  const { run: settings, path, runId } = options
  const stored = await readRunDocument(path)
  if (stored) {
    if (settings && stored.document) {
      const wanted = await declare(begin, settings, stored.document.run_id)
      checkSameRun(stored.document, wanted, stored.path)
    }
    return { runId: runId ?? stored.document?.run_id, sha256: stored.sha256 }
  }
  const isNew = state.bytes === 0 && state.next.runId === undefined
  if (!settings || !isNew) return { runId, sha256: undefined }
  const document = await declare(begin, settings, runId ?? randomUUID())
  return { runId: document.run_id, sha256: await writeRunDocument(path, document) }
}

async function declare({ options, intervalMs, nowMs }: BeginRun, settings: RunSettings, runId: string) {
  return await runDocument({ runId, createdAtMs: nowMs, intervalMs, options, settings })
}
