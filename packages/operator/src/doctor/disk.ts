import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PATHS, within } from '../host/layout.js'
import { find } from '../host/owned.js'
import { type Check, green, red } from './check.js'

const GIB = 2 ** 30
const MIN_FREE_BYTES = 5 * GIB
const MIN_FREE_SHARE = 0.1

/** Of the file system that holds the store. */
export interface DiskFacts {
  readonly freeBytes: number
  readonly totalBytes: number
  readonly freeInodes: number
  /** 0 where the file system has no fixed number. */
  readonly totalInodes: number
}

export async function gatherDisk(root: string): Promise<DiskFacts> {
  const found = await statfs(await existing(within(root, PATHS.state)))
  return {
    freeBytes: found.bavail * found.bsize,
    totalBytes: found.blocks * found.bsize,
    freeInodes: found.ffree,
    totalInodes: found.files,
  }
}

/** The nearest folder above that is there. */
async function existing(path: string): Promise<string> {
  return (await find(path)) ? path : await existing(dirname(path))
}

export function judgeDisk(facts: DiskFacts): Check[] {
  return [judgeSpace(facts), judgeInodes(facts)]
}

function judgeSpace({ freeBytes, totalBytes }: DiskFacts): Check {
  const share = freeBytes / totalBytes
  const value = `${(freeBytes / GIB).toFixed(1)} GiB free, ${Math.floor(share * 100)} %`
  if (freeBytes >= MIN_FREE_BYTES && share >= MIN_FREE_SHARE) return green('disk', value)
  return red('disk', value, `free at least 5 GiB and 10 % of the file system of ${PATHS.state}`)
}

function judgeInodes({ freeInodes, totalInodes }: DiskFacts): Check {
  if (totalInodes === 0) return green('inodes', 'made as needed')
  const value = `${freeInodes} free`
  if (freeInodes / totalInodes >= MIN_FREE_SHARE) return green('inodes', value)
  return red('inodes', value, 'remove files that nobody needs; the file system has no room for names')
}
