import { gzipSync } from 'node:zlib'
import { type TarEntry, tarHeader } from '../verifier/verifier.js'

const BLOCK = 512
const GZIP_LEVEL = 9

/** What an archive holds: a file with its bytes, a folder, or a symbolic link. */
export interface Content extends Omit<TarEntry, 'size' | 'mtime'> {
  readonly data?: Uint8Array
}

/**
 * A POSIX ustar archive, the same bytes for the same contents: one time for all, owner 0:0, ends after two empty blocks.
 * The order is the caller's.
 */
export function tarOf(contents: readonly Content[], mtime: number): Buffer {
  const parts = contents.flatMap(({ data = new Uint8Array(), ...entry }) => {
    const fill = (BLOCK - (data.length % BLOCK)) % BLOCK
    return [tarHeader({ ...entry, size: data.length, mtime }), data, Buffer.alloc(fill)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

/** Without name and time, so that the bytes depend on the content and on zlib alone: docs/release.md. */
export function gzipped(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: GZIP_LEVEL })
}

/** By name, byte for byte; with every folder that names lie in, before what it holds. */
export function withFolders(contents: readonly Content[]): Content[] {
  const folders = new Set(contents.flatMap(({ name }) => foldersOf(name)))
  const made = [...folders].map((name): Content => ({ name, mode: 0o755, type: '5' }))
  return [...made, ...contents].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function foldersOf(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
