import { type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode, isClosedToOthers } from '@montana/foundation'
import { type FileRead, readBoundedFile } from './bounded-file.js'
import { type ConfigProblem, invalid } from './problem.js'

export type Found<T> =
  | { readonly isFound: true; readonly value: T }
  | { readonly isFound: false; readonly problem: ConfigProblem }

export function found<T>(value: T): Found<T> {
  return { isFound: true, value }
}

export function notFound<T>(problem: ConfigProblem): Found<T> {
  return { isFound: false, problem }
}

/** Text of a file that nobody but its owner may open (mode 0600). `key` is the one that names it. */
export function readPrivateFile(key: string, path: string): Found<string> {
  const read = readBoundedFile(path)
  if (!read.isRead) return notFound(unreadable(key, read))
  if (!isClosedToOthers(resolve(path), read.stats)) return notFound(open(key))
  return found(read.text)
}

/** Absolute path of such a file, which only a child process reads. */
export function privatePath(key: string, path: string): Found<string> {
  return checkedPath(key, path, (stats) => (isClosedToOthers(resolve(path), stats) ? undefined : open(key)))
}

/** Absolute path of a file that is there. */
export function existingPath(key: string, path: string): Found<string> {
  return checkedPath(key, path, () => undefined)
}

function checkedPath(key: string, path: string, check: (stats: Stats) => ConfigProblem | undefined): Found<string> {
  try {
    const stats = statSync(path)
    const problem = stats.isFile() ? check(stats) : unreadable(key, { code: 'NOT_A_FILE' })
    return problem === undefined ? found(resolve(path)) : notFound(problem)
  } catch (error) {
    return notFound(unreadable(key, { code: errorCode(error) }))
  }
}

function unreadable(key: string, { code }: Pick<FileRead & { isRead: false }, 'code'>): ConfigProblem {
  return invalid(key, `names a file that cannot be read (${code})`, 'name a file that exists and that you may read')
}

function open(key: string): ConfigProblem {
  return invalid(key, 'names a file that others may read', 'set its mode to 0600')
}
