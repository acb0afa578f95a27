import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, makeDirectory, syncDirectory } from '@montana/foundation'
import { journalPaths } from '../journal/files.js'
import { readHead } from '../journal/head.js'
import { readRunDocument } from './read.js'

const TORN = /^torn-\d+\.txt$/

/** Names below the folder of `soakPath` that belong to its run: the file, its head, run, drills, segments and torn rests. */
async function filesOfRun(soakPath: string): Promise<string[]> {
  const stem = basename(soakPath).replace(/\.jsonl$/, '')
  const isOurs = (name: string) =>
    name === basename(soakPath) ||
    (name.startsWith(`${stem}.`) && /\.jsonl?$/.test(name)) ||
    (name.startsWith(`${stem}-`) && name.endsWith('.jsonl')) ||
    name === 'segments.json' ||
    TORN.test(name)
  return (await listFiles(dirname(soakPath))).filter(isOurs)
}

/**
 * Moves everything of the run at `soakPath` into `<folder>/<first 8 characters of its id>`, or that with `-2` and so on
 * where such files are there already. Resolves to that folder; undefined where there was nothing to move.
 */
export async function archiveRun(soakPath: string, folder: string): Promise<string | undefined> {
  const names = await filesOfRun(soakPath)
  if (names.length === 0) return undefined
  const target = await freeFolder(join(folder, (await runIdOf(soakPath)).slice(0, 8)), names)
  await makeDirectory(target)
  for (const name of names) await rename(join(dirname(soakPath), name), join(target, name))
  await syncDirectory(target)
  await syncDirectory(dirname(soakPath))
  return target
}

async function freeFolder(base: string, names: readonly string[]): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? base : `${base}-${number}`
    const there = new Set(await listFiles(folder))
    if (!names.some((name) => there.has(name))) return folder
  }
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Of its document, else of its head: files of an earlier release have only that. */
async function runIdOf(soakPath: string): Promise<string> {
  const declared = (await readRunDocument(soakPath))?.document?.run_id
  return declared ?? (await readHead(journalPaths(soakPath).head))?.run_id ?? 'undeclared'
}
