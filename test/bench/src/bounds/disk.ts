import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MIB = 2 ** 20
const WRITTEN_MIB = 128
const SYNCS = 50
const PAGE_BYTES = 4096
/** Linux's number for a file system that lives in memory. */
const TMPFS_MAGIC = 0x01021994

export interface Disk {
  /** Sequential, with one fsync at the end. */
  readonly writtenBytesPerSecond: number
  /** A page appended and made durable, one after the other. */
  readonly syncsPerSecond: number
  /** There is no disk below it. */
  readonly isInMemory: boolean
}

/** What the file system of a folder does with nothing above it. */
export function measureDisk(folder: string = tmpdir()): Disk {
  const path = join(folder, `montana-bench-disk-${process.pid}`)
  const file = openSync(path, 'wx', 0o600)
  try {
    const writtenBytesPerSecond = (WRITTEN_MIB * MIB * 1000) / elapsedMs(() => writeAll(file))
    const syncsPerSecond = (SYNCS * 1000) / elapsedMs(() => syncEach(file))
    return { writtenBytesPerSecond, syncsPerSecond, isInMemory: statfsSync(folder).type === TMPFS_MAGIC }
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}

function writeAll(file: number): void {
  const chunk = Buffer.alloc(MIB, 0x5a)
  for (let done = 0; done < WRITTEN_MIB; done++) writeSync(file, chunk)
  fsyncSync(file)
}

function syncEach(file: number): void {
  const page = Buffer.alloc(PAGE_BYTES, 0xa5)
  for (let done = 0; done < SYNCS; done++) {
    writeSync(file, page)
    fdatasyncSync(file)
  }
}

function elapsedMs(work: () => void): number {
  const begunMs = performance.now()
  work()
  return performance.now() - begunMs
}
