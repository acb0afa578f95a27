import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory, writeFileDurably } from '@montana/foundation'

/** What a soak file is made of on disk: spec operations 3.5. */
export interface JournalPaths {
  readonly log: string
  readonly head: string
  /** Held during one poll. */
  readonly lock: string
  /** Held by a watch for as long as it runs. */
  readonly watchLock: string
  /** Index of the rotated files. */
  readonly segments: string
  torn(seq: number): string
}

export function journalPaths(path: string): JournalPaths {
  const folder = dirname(path)
  const stem = join(folder, basename(path).replace(/\.jsonl$/, ''))
  return {
    log: path,
    head: `${stem}.head.json`,
    lock: `${stem}.lock`,
    watchLock: `${stem}.watch.lock`,
    segments: `${stem}.segments.json`,
    torn: (seq) => join(folder, `torn-${seq}.txt`),
  }
}

/** The file operations that make a line durable; tests make single calls fail. */
export interface AppendFile {
  /** Returns the bytes written, which may be fewer than given. */
  write(data: Uint8Array): Promise<number>
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export type OpenAppend = (path: string) => Promise<AppendFile>

/** O_APPEND, made if missing. */
export const openAppend: OpenAppend = async (path) => {
  const handle = await open(path, 'a', 0o644)
  return {
    write: async (data) => (await handle.write(data)).bytesWritten,
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  }
}

/** Everything that changes files; tests make single calls fail. */
export interface JournalFiles {
  readonly openAppend: OpenAppend
  /** The whole content, in one step that survives power loss. */
  replace(path: string, content: string): Promise<void>
  /** Within one folder, durable when it resolves. */
  rename(from: string, to: string): Promise<void>
  /** No error where it is gone already. */
  remove(path: string): Promise<void>
}

export const journalFiles: JournalFiles = {
  openAppend,
  replace: (path, content) => writeFileDurably(path, content),
  rename: async (from, to) => {
    await rename(from, to)
    await syncDirectory(dirname(to))
  },
  remove: (path) => rm(path, { force: true }),
}
