import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import { type Layout, RELEASE_NAME } from './layout.js'
import { parseRecord } from './record.js'

/** Older releases that stay beside the active one. Spec operations 9.6. */
const KEPT_OLDER = 2

const historyForm = z.strictObject({
  schema: z.literal('montana.history/1'),
  /** In the order of their activation, newest first. */
  releases: z.array(z.string()),
})

/** Throws {@link RefusalError} RELEASE_RECORD for a file that is none of ours. */
export async function readHistory({ history }: Layout): Promise<string[]> {
  const text = await readFile(history, 'utf8').catch(() => null)
  if (text === null) return []
  const remedy = 'remove it; releases that stand beside the active one can then not be gone back to'
  return parseRecord(text, historyForm, history, remedy).releases
}

/** After an upgrade from `from` to `to`: what was newer than `from` had been rolled back, and is forgotten. Pure. */
export function afterUpgrade(history: readonly string[], from: string, to: string): string[] {
  const at = history.indexOf(from)
  const older = at === -1 ? [] : history.slice(at + 1)
  return [to, from, ...older].filter((name, index, all) => all.indexOf(name) === index).slice(0, KEPT_OLDER + 1)
}

/** The release before `current`; undefined where there is none. Pure. */
export function before(history: readonly string[], current: string): string | undefined {
  const at = history.indexOf(current)
  return at === -1 ? undefined : history[at + 1]
}

export async function writeHistory({ history }: Layout, releases: readonly string[]): Promise<void> {
  await writeFileDurably(history, `${JSON.stringify({ schema: 'montana.history/1', releases })}\n`)
}

/** Removes releases that nobody can go back to, and what an unpacking that was cut off left behind. */
export async function prune({ releases }: Layout, kept: readonly string[]): Promise<void> {
  const names = await readdir(releases)
  const old = names.filter((name) => !kept.includes(name) && (RELEASE_NAME.test(name) || name.startsWith('.staging-')))
  for (const name of old) await rm(join(releases, name), { recursive: true, force: true })
}
