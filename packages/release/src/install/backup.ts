import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '@montana/foundation'

/** Beside the database: SQLite's log and index of it, which belong together; and how far the store had come. */
const PARTS = ['', '-wal', '-shm']
const NOTE = 'store.head'

/** Copies the files of a store that nobody has open into `folder`, which is new and private. */
export async function backUpStore(database: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const file of filesOf(database)) await copyDurably(file, join(folder, basename(file)))
  await syncDirectory(folder)
}

/** Puts them back in place of what is there, with owner and mode; each file by one rename, the database last. */
export async function restoreStore(folder: string, database: string): Promise<void> {
  for (const part of PARTS.slice(1)) await rm(`${database}${part}`, { force: true })
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.part')).sort((a, b) => b.length - a.length)
  for (const name of names) await putBack(join(folder, name), join(dirname(database), name))
  await syncDirectory(dirname(database))
}

export async function storeBytes(database: string): Promise<number> {
  const sizes = await Promise.all(filesOf(database).map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function filesOf(database: string): string[] {
  const note = join(dirname(database), NOTE)
  return [...PARTS.map((part) => `${database}${part}`), note].filter((file) => existsSync(file))
}

async function putBack(from: string, to: string): Promise<void> {
  await copyDurably(from, `${to}.restored`)
  await rename(`${to}.restored`, to)
}

/**
 * To a new file. The folder of the store belongs to the user of the node: a link that lies there in its place must not lead
 * who copies as root elsewhere.
 */
async function copyDurably(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await stat(from)
  await rm(to, { recursive: true, force: true })
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await using file = await open(to, constants.O_RDONLY | constants.O_NOFOLLOW)
  await file.chmod(mode & 0o777)
  await file.chown(uid, gid)
  await file.sync()
}
