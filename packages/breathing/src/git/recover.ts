import { readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { INDEX_PREFIX } from './write-commit.js'

/** What was found and put right, in words for the log. */
export type Findings = string[]

/** Files and folders by which git remembers what it was in the middle of. */
export const UNFINISHED: Readonly<Record<string, string>> = {
  'rebase-merge': 'an unfinished rebase',
  'rebase-apply': 'an unfinished rebase',
  MERGE_HEAD: 'an unfinished merge',
  CHERRY_PICK_HEAD: 'an unfinished cherry-pick',
  REVERT_HEAD: 'an unfinished revert',
  sequencer: 'an unfinished sequence',
}
const LEFT_OVER = ['MERGE_MSG', 'MERGE_MODE', 'AUTO_MERGE', 'ORIG_HEAD', 'FETCH_HEAD', 'REBASE_HEAD', 'shallow']

/**
 * Brings a repository that is only ours back to where a next cycle works, whatever was killed in it: unfinished states,
 * detached or broken HEAD, ownerless locks, empty objects, broken refs. Call it under the lock. Spec three-mirror 12.6.
 */
export async function repairRepository(folder: string, branch: string, timeoutMs: number): Promise<Findings> {
  const findings: Findings = []
  if (await dropUnfinished(folder, findings)) await removeAll(folder, LEFT_OVER)
  await repairHead(folder, branch, findings)
  // No process works in it and the lock is ours: a lock of git's is nobody's, however young. Else only an old one is.
  await dropLocks(folder, findings, (await isInUse(folder)) ? timeoutMs : 0)
  await dropEmptyObjects(join(folder, 'objects'), findings)
  await dropBrokenRefs(join(folder, 'refs'), findings)
  return findings
}

/** The states of {@link UNFINISHED} that a clone is in. */
export async function unfinishedOf(gitDir: string): Promise<string[]> {
  const names = new Set(await list(gitDir))
  return [...new Set(Object.entries(UNFINISHED).flatMap(([name, words]) => (names.has(name) ? [words] : [])))]
}

export async function dropUnfinished(folder: string, findings: Findings): Promise<boolean> {
  const found = await unfinishedOf(folder)
  findings.push(...found)
  if (found.length > 0) await removeAll(folder, Object.keys(UNFINISHED))
  return found.length > 0
}

async function removeAll(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}

/** HEAD is unused, but a repository without a sound one is none. */
export async function repairHead(folder: string, branch: string, findings: Findings): Promise<void> {
  const head = await readFile(join(folder, 'HEAD'), 'utf8').catch(() => undefined)
  if (head === undefined || /^ref: refs\/heads\/\S+\n$/.test(head)) return
  findings.push(/^[0-9a-f]{40}\n$/.test(head) ? 'a detached HEAD' : 'a broken HEAD')
  await writeFile(join(folder, 'HEAD'), `ref: refs/heads/${branch}\n`)
}

async function dropLocks(folder: string, findings: Findings, minAgeMs: number): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const isPassing = (name: string) => name.endsWith('.lock') || name.startsWith(INDEX_PREFIX) || name.startsWith('tmp_')
  for (const entry of entries.filter((file) => file.isFile() && isPassing(file.name))) {
    const path = join(entry.parentPath, entry.name)
    const bornMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (minAgeMs > 0 && Date.now() - bornMs < minAgeMs) continue
    await rm(path, { force: true })
    if (entry.name.endsWith('.lock')) findings.push(`a stale ${entry.name}`)
  }
}

/** Loose objects of a write that power loss cut: git takes them for there and never writes them again. */
async function dropEmptyObjects(folder: string, findings: Findings): Promise<void> {
  for (const fan of (await list(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const name of await list(join(folder, fan))) {
      const path = join(folder, fan, name)
      if ((await stat(path)).size > 0) continue
      await rm(path, { force: true })
      findings.push(`an empty object ${fan}${name}`)
    }
  }
}

async function dropBrokenRefs(folder: string, findings: Findings): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries.filter((file) => file.isFile() && !file.name.endsWith('.lock'))) {
    const path = join(entry.parentPath, entry.name)
    if (/^[0-9a-f]{40}\n$/.test(await readFile(path, 'latin1'))) continue
    await rm(path, { force: true })
    findings.push(`a broken ref ${entry.name}`)
  }
}

/** Whether any process has its working folder there, as every git that we start has. Unreadable means another user's. */
export async function isInUse(folder: string): Promise<boolean> {
  for (const pid of (await list('/proc')).filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (cwd === folder && pid !== String(process.pid)) return true
  }
  return false
}

async function list(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}
