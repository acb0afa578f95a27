import { chmod, mkdir, open, symlink } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path/posix'
import { BundleError, type TarEntry, tarHeader } from '../verifier/verifier.js'
import { ChunkReader } from './chunk-reader.js'

const BLOCK = 512
/** Guards against a mistake of ours: what is unpacked was signed. */
const ENTRIES_MAX = 50_000
const BYTES_MAX = 2 ** 30
const MODES = 0o755

/**
 * Unpacks a tar stream of {@link tarHeader} into `folder`, which is private to the caller. Files never replace anything, no
 * name and no link leads outside. Throws BundleError; what was written before stays for the caller to remove.
 */
export async function extractTar(chunks: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const reader = new ChunkReader(chunks)
  let bytes = 0
  for (let count = 0; ; count++) {
    const header = await reader.exactly(BLOCK)
    if (header.every((byte) => byte === 0)) return await reader.toEnd()
    const entry = entryOf(header)
    bytes += entry.size
    if (count >= ENTRIES_MAX || bytes > BYTES_MAX) throw new BundleError('the archive is larger than a release')
    await place(reader, folder, entry)
  }
}

/** Throws for a header that our writer would not have written. */
function entryOf(header: Buffer): Required<TarEntry> {
  const text = (from: number, length: number) => header.toString('latin1', from, from + length).replace(/\0.*$/s, '')
  const number = (from: number, length: number) => Number.parseInt(text(from, length), 8)
  const prefix = text(345, 155)
  const entry: TarEntry = {
    name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    ...{ mode: number(100, 8), size: number(124, 12), mtime: number(136, 12) },
    ...{ type: text(156, 1) as '0' | '2' | '5', link: text(157, 100) },
  }
  const isOurs = ['0', '2', '5'].includes(entry.type ?? '') && headerOf(entry)?.equals(header) === true
  if (!isOurs || !isInside(entry.name)) throw new BundleError('the archive has an entry that is none of a release')
  return entry as Required<TarEntry>
}

/** Undefined for a name that our writer refuses. */
function headerOf(entry: TarEntry): Buffer | undefined {
  try {
    return tarHeader(entry)
  } catch {
    return undefined
  }
}

async function place(reader: ChunkReader, folder: string, entry: Required<TarEntry>): Promise<void> {
  const path = join(folder, entry.name)
  if (entry.type === '2') return await placeLink(path, entry)
  if (entry.type === '5') await mkdir(path, { recursive: true, mode: 0o700 })
  else await placeFile(reader, path, entry)
  await chmod(path, entry.mode & MODES)
}

async function placeLink(path: string, { name, link }: Required<TarEntry>): Promise<void> {
  if (!isInside(join(dirname(name), link))) throw new BundleError(`${name} links outside of the release`)
  await symlink(link, path)
}

async function placeFile(reader: ChunkReader, path: string, { size }: Required<TarEntry>): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  for await (const part of reader.next(size)) await file.writeFile(part)
  await reader.exactly((BLOCK - (size % BLOCK)) % BLOCK)
}

function isInside(name: string): boolean {
  const plain = normalize(name)
  return !plain.startsWith('/') && plain !== '..' && !plain.startsWith('../')
}
