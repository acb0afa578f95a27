import { BreathError } from '../errors.js'
import { NO_FILE } from '../files/base-store.js'
import { projectFile } from '../files/project-file.js'
import { digestOf, readSyncFile } from '../files/sync-file.js'
import { encodeRegisters } from '../merge/encode.js'
import { rememberFile } from './capture.js'
import type { Session } from './session.js'

/**
 * Writes the state to the synced files, where their value differs. A file that somebody wrote since it was last seen is
 * left for the next capture; false then. Spec three-mirror 12.4.
 */
export async function projectAll(session: Session): Promise<boolean> {
  let isDone = true
  for (const path of session.options.syncPaths) {
    if (session.held.has(path)) continue
    if (!session.state.files.has(path)) await rememberAbsence(session, path)
    else isDone = (await projectPath(session, path)) && isDone
  }
  return isDone
}

async function rememberAbsence(session: Session, path: string): Promise<void> {
  const isNew = (await session.parts.bases.get(path)) === undefined
  if (isNew && (await readSyncFile(session.options.repo, path)) === undefined) {
    await session.parts.bases.set(path, NO_FILE)
  }
}

export async function projectPath(session: Session, path: string): Promise<boolean> {
  const { repo, depth } = session.options
  const registers = session.state.files.get(path)
  if (registers === undefined) return true
  const encoded = encodeRegisters(registers, depth)
  const base = await session.parts.bases.get(path)
  const disk = await readSyncFile(repo, path)
  if (disk !== undefined && disk.digest !== base?.digest) return false
  if (disk !== undefined && base?.text === encoded.text) {
    if (base.registers.stamps !== encoded.stamps) await rememberFile(session, path, disk.digest, base.text)
    return true
  }
  if (!(await projectFile(repo, path, encoded.text, disk?.digest, disk?.mode))) return false
  await rememberFile(session, path, digestOf(encoded.text), encoded.text)
  return true
}

/** Replaces a file whatever it holds: the answer to a held change. Throws BreathError `PATH_FOREIGN` for a link. */
export async function overwritePath(session: Session, path: string): Promise<void> {
  const { repo, depth } = session.options
  const { text } = encodeRegisters(session.state.files.get(path) ?? new Map(), depth)
  const disk = await readSyncFile(repo, path)
  if (!(await projectFile(repo, path, text, disk?.digest, disk?.mode))) {
    throw new BreathError('JSON_INVALID', `${path} was written at the same moment`, {
      remedy: 'try again',
      field: path,
    })
  }
  await rememberFile(session, path, digestOf(text), text)
  session.held.delete(path)
}
