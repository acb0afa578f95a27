import { BreathError } from '../errors.js'
import { type DiskFile, readSyncFile } from '../files/sync-file.js'
import { checkFileSecrets, checkSecrets } from '../guard/secrets.js'
import { checkShape } from '../guard/shape.js'
import { encodeRegisters } from '../merge/encode.js'
import { canonicalText, decodeText, type Json, parseJson } from '../merge/json.js'
import { mergeStates } from '../merge/merge.js'
import { importStamp } from '../merge/stamp.js'
import type { BreathState } from '../merge/state.js'
import { applyChanges, changesOf, importFile } from '../merge/write.js'
import { checkSize } from './check-size.js'
import { commitState } from './commit.js'
import type { Session } from './session.js'

interface Seen {
  readonly path: string
  readonly disk: DiskFile
  readonly value: Json
}

/**
 * Takes what was written to the synced files since they were last seen into the state and the own ref. A file that a
 * guard refuses is held: it stays as it is on disk, its last good version stays published, and `session.held` says why.
 * `accepted` names one path whose shape was agreed to. Spec three-mirror 12.4.
 */
export async function capture(session: Session, signal?: AbortSignal, accepted?: string): Promise<void> {
  const seen: Seen[] = []
  let state = session.state
  for (const path of session.options.syncPaths) {
    try {
      const found = await lookAt(session, path)
      if (found) {
        state = checkedSize(session, path, await takeFile(session, state, found, path === accepted))
        seen.push(found)
      }
      session.held.delete(path)
    } catch (error) {
      if (!(error instanceof BreathError)) throw error
      hold(session, path, error)
    }
  }
  if (state !== session.state) await commitChanged(session, state, signal)
  for (const { path, disk, value } of seen) await rememberFile(session, path, disk.digest, canonicalText(value))
}

/** What a capture would hold back now, by path; changes nothing. */
export async function inspectHeld(session: Session): Promise<Map<string, BreathError>> {
  const held = new Map<string, BreathError>()
  for (const path of session.options.syncPaths) {
    try {
      const found = await lookAt(session, path)
      if (found) await takeFile(session, session.state, found, false)
    } catch (error) {
      if (!(error instanceof BreathError)) throw error
      held.set(path, error)
    }
  }
  return held
}

/** Undefined when it is as last seen, or missing: absence is never a deletion, the projection brings it back. */
async function lookAt(session: Session, path: string): Promise<Seen | undefined> {
  const disk = await readSyncFile(session.options.repo, path)
  if (disk === undefined) return undefined
  const base = await session.parts.bases.get(path)
  if (base?.digest === disk.digest) return undefined
  return { path, disk, value: parseJson(decodeText(disk.bytes, path), path) }
}

async function takeFile(
  session: Session,
  state: BreathState,
  { path, value }: Seen,
  isAccepted: boolean,
): Promise<BreathState> {
  const { depth, node } = session.options
  const base = await session.parts.bases.get(path)
  if (base === undefined) {
    checkFileSecrets(path, value, session.publicFields)
    return mergeStates(state, importFile(path, value, depth, importStamp(node))).state
  }
  const before = base.text === '' ? undefined : parseJson(base.text, path)
  const changes = changesOf(before, value, state.files.get(path) ?? new Map(), depth)
  if (!isAccepted) checkShape(path, before, value)
  checkSecrets(path, changes, session.publicFields)
  return changes.size === 0 ? state : applyChanges(state, path, changes, session.clock.tick())
}

/** With its stamps a file may be too large although alone it is not; that must not hold up the others. */
function checkedSize(session: Session, path: string, state: BreathState): BreathState {
  checkSize(path, state.files.get(path) ?? new Map(), session.options.depth)
  return state
}

/** A write that cannot be committed is seen again the next time: the file is still different from its base. */
async function commitChanged(session: Session, state: BreathState, signal?: AbortSignal): Promise<void> {
  const before = session.state
  session.state = state
  try {
    await commitState(session, signal)
  } catch (error) {
    if (session.state === state) session.state = before
    throw error
  }
}

/** From now on the file counts as seen in this form. */
export async function rememberFile(session: Session, path: string, digest: string, text: string): Promise<void> {
  const registers = encodeRegisters(session.state.files.get(path) ?? new Map(), session.options.depth)
  await session.parts.bases.set(path, { digest, text, registers })
}

function hold(session: Session, path: string, error: BreathError): void {
  if (session.held.get(path)?.message !== error.message) {
    session.logger.warn({ path, code: error.code, reason: error.message }, 'a local change is held back')
  }
  session.held.set(path, error)
}
