import { BreathError } from '../errors.js'
import { checkSecrets } from '../guard/secrets.js'
import { checkShape } from '../guard/shape.js'
import { type Json, parseJson } from '../merge/json.js'
import { project, type Registers } from '../merge/registers.js'
import type { Stamp } from '../merge/stamp.js'
import { applyChanges, type Changes, changesOf } from '../merge/write.js'
import { capture } from './capture.js'
import { checkSize } from './check-size.js'
import { commitState } from './commit.js'
import { projectPath } from './project.js'
import type { Session } from './session.js'

/** Gets the value of a file (undefined when there is none yet) and gives back the new one. It must not keep the old. */
export type UpdateFn = (value: Json | undefined) => Json

/**
 * One local write from a function: committed and on disk when this resolves, published by the exhale that follows.
 * Null when nothing changed. Throws the BreathError of the guard that refuses it, and then nothing changed.
 */
export async function writeLocally(
  session: Session,
  path: string,
  fn: UpdateFn,
  signal?: AbortSignal,
): Promise<Stamp | null> {
  requireSynced(session, path)
  await capture(session, signal)
  const held = session.held.get(path)
  if (held) throw held
  const registers: Registers = session.state.files.get(path) ?? new Map()
  const before = project(registers)
  const after = parseJson(JSON.stringify(fn(structuredClone(before))) ?? '', path)
  const changes = changesOf(before, after, registers, session.options.depth)
  checkShape(path, before, after)
  checkSecrets(path, changes, session.publicFields)
  return await applyLocally(session, path, changes, signal)
}

/** Stamps, commits and projects. A commit that fails leaves the state as it was. */
export async function applyLocally(
  session: Session,
  path: string,
  changes: Changes,
  signal?: AbortSignal,
): Promise<Stamp | null> {
  if (changes.size === 0) return null
  const stamp = session.clock.tick()
  const before = session.state
  const state = applyChanges(before, path, changes, stamp)
  checkSize(path, state.files.get(path) ?? new Map(), session.options.depth)
  session.state = state
  try {
    await commitState(session, signal)
  } catch (error) {
    session.state = before
    throw error
  }
  await projectPath(session, path)
  return stamp
}

export function requireSynced(session: Session, path: string): void {
  if (session.options.syncPaths.includes(path)) return
  throw new BreathError('PATH_FOREIGN', `${path} is not a synced path`, {
    field: path,
    remedy: `use one of ${session.options.syncPaths.join(', ')}`,
  })
}

/** The projection of a path, as a table of records where it is one. */
export function fileValue(session: Session, path: string): Json | undefined {
  return project(session.state.files.get(path) ?? new Map())
}
