import { realpath } from 'node:fs/promises'
import { ConfigError, writeFileDurably } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import { withFileLock } from '../files/file-lock.js'
import { readBoundedFile } from './bounded-file.js'
import { type EnvPiece, formatEntry, parseEnv } from './env-text.js'

/**
 * Sets keys of a `.env`: each in its place, new ones at the end, every other line as it was. The file is replaced in one
 * step and has mode 0600 afterwards. Throws ConfigError (78) for a file that cannot be read, MirrorError BUSY.
 */
export async function setKeys(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  await edit(file, (pieces) => withValues(pieces, values))
}

/** Removes the keys for which `matches` says so. */
export async function removeKeys(file: string, matches: (key: string) => boolean): Promise<void> {
  await edit(file, (pieces) => textOf(pieces.filter((piece) => piece.kind === 'other' || !matches(piece.key))))
}

async function edit(file: string, change: (pieces: readonly EnvPiece[]) => string): Promise<void> {
  // A link stays one: the file that it names is replaced.
  const target = await realpath(file).catch(() => file)
  await withFileLock(target, async (lock) => {
    const text = change(parseEnv(textIn(target)))
    if (!(await lock.isHeld())) throw new MirrorError('BUSY', `${file} was taken by another process`)
    await writeFileDurably(target, text, 0o600)
  })
}

function textIn(file: string): string {
  const read = readBoundedFile(file)
  if (read.isRead) return read.text.replace(/^\uFEFF/, '')
  if (read.code === 'ENOENT') return ''
  const remedy = 'make it a text file that you may read'
  throw new ConfigError(`${file} cannot be read (${read.code})`, { field: '.env', remedy })
}

function withValues(pieces: readonly EnvPiece[], values: Readonly<Record<string, string>>): string {
  const missing = new Map(Object.entries(values))
  // The last of two counts, so that is the one to change; the first would keep an old secret.
  const changed = [...pieces].reverse().flatMap((piece): EnvPiece[] => {
    if (piece.kind === 'other' || !Object.hasOwn(values, piece.key)) return [piece]
    const value = missing.get(piece.key)
    missing.delete(piece.key)
    return value === undefined ? [] : [{ ...piece, value, raw: formatEntry(piece.key, value) }]
  })
  const text = textOf(changed.reverse())
  const added = [...missing].map(([key, value]) => formatEntry(key, value)).join('')
  return `${text}${text === '' || text.endsWith('\n') || added === '' ? '' : '\n'}${added}`
}

function textOf(pieces: readonly EnvPiece[]): string {
  return pieces.map(({ raw }) => raw).join('')
}
