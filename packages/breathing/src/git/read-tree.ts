import { FILE_BYTES_MAX, TREE_FILES_MAX } from '../constants.js'
import { BreathError } from '../errors.js'
import { decodeText } from '../merge/json.js'
import type { Repository } from './repository.js'

export interface TreeEntry {
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly size: number
  readonly path: string
}

/** Every entry below a commit, in the order of git. */
export async function listTree(repository: Repository, commit: string, signal?: AbortSignal): Promise<TreeEntry[]> {
  const { stdout } = await repository.git(['ls-tree', '-r', '-z', '--long', '--full-tree', commit], { signal })
  return stdout
    .split('\0')
    .filter((line) => line !== '')
    .map(parseEntry)
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', name = '', size = ''] = line.slice(0, tab).split(/ +/)
  return { mode, type, name, size: size === '-' ? 0 : Number(size), path: line.slice(tab + 1) }
}

/** Throws BreathError `PATH_FOREIGN` or `TOO_LARGE`: before anything is read of it, and before anything is pushed. */
export function checkEntries(entries: readonly TreeEntry[], isAllowed: (path: string) => boolean): void {
  if (entries.length > TREE_FILES_MAX) {
    throw new BreathError('TOO_LARGE', `a tree of ${entries.length} files is beyond ${TREE_FILES_MAX}`)
  }
  for (const { path, mode, type, size } of entries) {
    if (!isAllowed(path)) throw foreign(path, 'is not on the list of synced paths')
    if (type !== 'blob' || mode === '120000') throw foreign(path, 'is not a regular file')
    if (size > FILE_BYTES_MAX) throw tooLarge(path, size)
  }
}

export function foreign(path: string, why: string): BreathError {
  return new BreathError('PATH_FOREIGN', `${path} ${why}`, {
    field: path,
    remedy: 'sync regular files only, and name each in syncPaths',
  })
}

export function tooLarge(path: string, size: number): BreathError {
  return new BreathError('TOO_LARGE', `${path} has ${size} bytes, more than ${FILE_BYTES_MAX}`, {
    field: path,
    remedy: 'keep synced files below 5 MiB',
  })
}

/** The content of blobs, in order of `entries`; sizes are checked before. */
export async function readBlobs(
  repository: Repository,
  entries: readonly TreeEntry[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  if (entries.length === 0) return new Map()
  const input = entries.map(({ name }) => `${name}\n`).join('')
  const { bytes } = await repository.git(['cat-file', '--batch'], { input, signal })
  const files = new Map<string, string>()
  let offset = 0
  for (const { path } of entries) {
    const end = bytes.indexOf(0x0a, offset)
    const size = readSize(bytes.toString('latin1', offset, end), path)
    files.set(path, decodeText(bytes.subarray(end + 1, end + 1 + size), path))
    offset = end + 1 + size + 1
  }
  return files
}

function readSize(header: string, path: string): number {
  const size = / blob (\d+)$/.exec(header)?.[1]
  if (size === undefined) throw new BreathError('GIT_FAILED', `${path} cannot be read from the repository`)
  return Number(size)
}

/** The message of a commit. */
export async function readMessage(repository: Repository, commit: string, signal?: AbortSignal): Promise<string> {
  const { stdout } = await repository.git(['cat-file', 'commit', commit], { signal })
  return stdout.slice(stdout.indexOf('\n\n') + 2)
}
