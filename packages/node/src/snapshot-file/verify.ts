import { type FileHandle, open, stat } from 'node:fs/promises'
import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import { loadBackend } from '@montana/native'
import { SnapshotFileError, unusableFile } from './errors.js'
import { readHead } from './head.js'
import { infoOf, reportOf, type SnapshotInfo, type SnapshotReport } from './info.js'
import { type ProofSink, type ProveModules, type Proven, proveSnapshot, type TrustOptions } from './prove.js'
import { SectionReader } from './section-reader.js'

export type ProveOptions = TrustOptions &
  Pick<ProveModules, 'signal' | 'onProgress'> & {
    readonly file: string
    /** One loud line, for example that hashing is slow here. */
    notice(line: string): void
  }

/** What a file says; its checksums and the agreement of its parts are checked, and nothing is proven. */
export async function readSnapshotInfo(file: string): Promise<SnapshotInfo> {
  return await withReader(file, async (reader) => infoOf(file, reader.progress.of, await readHead(reader)))
}

/** Proves a file; writes nothing. Throws what {@link proveSnapshot} throws. */
export async function verifySnapshotFile(options: ProveOptions): Promise<SnapshotReport> {
  return await withReader(options.file, async (reader) => {
    return reportOf(options.file, reader.progress.of, await proveWith(reader, options))
  })
}

/** {@link proveSnapshot} with the backends of this host. */
export async function proveWith(reader: SectionReader, options: ProveOptions, sink?: ProofSink): Promise<Proven> {
  const { backend, notice } = loadBackend()
  if (notice) options.notice(notice)
  const crypto = await selectPqBackend()
  try {
    const { signal, onProgress } = options
    const modules = { verify: createSignatureVerifier(crypto), backend, signal, onProgress }
    return await proveSnapshot(reader, options, modules, sink)
  } finally {
    await crypto.close()
  }
}

export async function withReader<T>(path: string, work: (reader: SectionReader) => Promise<T>): Promise<T> {
  const file = await openFile(path)
  try {
    return await work(await SectionReader.begin(file))
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const unusable = (error: unknown) => unusableFile(path, error, 'name a file that montana snapshot create has written')
  // Opening a pipe would wait for whoever writes to it.
  const found = await stat(path).catch((error: unknown) => Promise.reject(unusable(error)))
  if (!found.isFile()) throw new SnapshotFileError('SNAPSHOT_NOT_ONE', 'file', `${path} is no regular file`)
  return await open(path, 'r').catch((error: unknown) => Promise.reject(unusable(error)))
}
