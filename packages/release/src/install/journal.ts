import { readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import type { Layout } from './layout.js'
import { parseRecord } from './record.js'

const journalForm = z.strictObject({
  schema: z.literal('montana.upgrade/1'),
  /** Names of releases. */
  from: z.string(),
  to: z.string(),
  /** Services that ran when it began: they run when it ends, whichever way. */
  services: z.array(z.string()),
  /** Folder with a copy of the store, complete; null where nothing is migrated, or not yet. */
  backup: z.string().nullable(),
  /** Once it goes back, it goes back to the end. */
  isReverting: z.boolean(),
  /** The new release was well: what is left is to remember it. */
  isConfirmed: z.boolean().default(false),
})

/** What a change of release has begun. Written before the first step, gone after the last. */
export type Journal = z.infer<typeof journalForm>

/** Throws {@link RefusalError} RELEASE_RECORD for a file that is none of ours: what was begun cannot be known. */
export async function readJournal({ journal }: Layout): Promise<Journal | null> {
  const text = await readFile(journal, 'utf8').catch(() => null)
  const remedy = 'see which release is active, then remove the file and upgrade once more'
  return text === null ? null : parseRecord(text, journalForm, journal, remedy)
}

export async function writeJournal({ journal }: Layout, content: Journal): Promise<void> {
  await writeFileDurably(journal, `${JSON.stringify(content)}\n`)
}

export async function endJournal({ journal }: Layout): Promise<void> {
  await rm(journal, { force: true })
  await syncDirectory(dirname(journal))
}

/** What is left to do for a change that was cut off; `remember`: it was well, and nothing is put back any more. */
export type Mend = 'forget' | 'confirm' | 'revert' | 'remember'

/** `current` is the release that is active now. Pure. */
export function decideMend({ to, isReverting, isConfirmed }: Journal, current: string | null): Mend {
  if (isReverting) return 'revert'
  if (isConfirmed) return 'remember'
  return current === to ? 'confirm' : 'forget'
}
