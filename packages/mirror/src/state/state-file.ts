import { realpath, stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { errorCode, parseExactJson, writeFileDurably } from '@montana/foundation'
import { readBoundedFile } from '../config/bounded-file.js'
import { MirrorError } from '../contracts/errors.js'
import { type HeldLock, withFileLock } from '../files/file-lock.js'
import { setMember } from './json-splice.js'
import type { MirrorsState } from './render.js'

/** A file that is committed at each tick; no special reason for the exact number. */
const STATE_BYTES_MAX = 16 * 1_048_576

export type StateWrite =
  | { readonly outcome: 'written' | 'unchanged' | 'missing' }
  /** STATE_UNREADABLE; the file was left as it is. */
  | { readonly outcome: 'unreadable'; readonly error: MirrorError }

export interface WriteStateOptions {
  /** Also when only times have changed: once per tick. */
  readonly force?: boolean
  readonly signal?: AbortSignal
}

type Json = Readonly<Record<string, unknown>>

/**
 * Puts `mirrors` into the state file of the primary, under a lock, in one step, with every other byte as it was. Not made
 * where there is none. Throws MirrorError BUSY, or AbortError. Spec repository-mirror 4.2.
 */
export async function writeState(
  file: string,
  mirrors: MirrorsState,
  { force = false, signal }: WriteStateOptions = {},
): Promise<StateWrite> {
  const target = await existing(file)
  if (target === undefined) return { outcome: 'missing' }
  return await withFileLock(target, async (lock) => await merge(target, mirrors, force, lock), signal)
}

/** Path behind links; undefined where there is none. */
export async function existing(file: string): Promise<string | undefined> {
  return await realpath(file).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}

/** The text with its content, or what is wrong with it. */
export function readState(file: string): { readonly text: string; readonly content: Json } | MirrorError {
  const read = readBoundedFile(file, STATE_BYTES_MAX)
  if (!read.isRead) return unreadable(file, `cannot be read (${read.code})`)
  try {
    const content = parseExactJson(read.text)
    if (isObject(content)) return { text: read.text, content }
    return unreadable(file, 'is not an object')
  } catch {
    return unreadable(file, 'is not JSON')
  }
}

/** Replaces the file with the mode that it had, unless somebody has taken the lock for stale. */
export async function replaceState(target: string, text: string, lock: HeldLock): Promise<void> {
  const { mode } = await stat(target)
  if (!(await lock.isHeld())) {
    throw new MirrorError('BUSY', `${target} was taken by another process`, { remedy: 'run it again' })
  }
  await writeFileDurably(target, text, mode & 0o777)
}

export function unreadable(file: string, fault: string): MirrorError {
  const remedy = 'restore it from the last commit; it was left untouched'
  return new MirrorError('STATE_UNREADABLE', `${file} ${fault}`, { remedy })
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function merge(target: string, mirrors: MirrorsState, force: boolean, lock: HeldLock): Promise<StateWrite> {
  const state = readState(target)
  if (state instanceof MirrorError) return { outcome: 'unreadable', error: state }
  const isSame = isDeepStrictEqual(state.content.mirrors, plain(mirrors))
  const isNews = force ? !isSame : !isDeepStrictEqual(timeless(state.content.mirrors), timeless(plain(mirrors)))
  if (!isNews) return { outcome: 'unchanged' }
  await replaceState(target, setMember(state.text, ['mirrors'], mirrors), lock)
  return { outcome: 'written' }
}

/** As it would be read back. */
function plain(mirrors: MirrorsState): unknown {
  return JSON.parse(JSON.stringify(mirrors))
}

/** Without fields that are times. */
function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key]) => !key.endsWith('_iso'))
  return Object.fromEntries(kept.map(([key, inner]) => [key, timeless(inner)]))
}
