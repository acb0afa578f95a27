import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '@montana/foundation'
import { BreathError } from '../errors.js'
import { project } from '../merge/registers.js'
import { changesOf } from '../merge/write.js'
import { capture } from './capture.js'
import { overwritePath } from './project.js'
import type { Session } from './session.js'
import { applyLocally, fileValue, requireSynced } from './write.js'

/** What to do with a local change that is held back. Spec three-mirror 12.4. */
export type Resolution = { readonly accept: true } | { readonly drop: true } | { readonly take: string }

/** Throws the BreathError that stands in the way: a file that does not parse or holds a secret cannot be accepted. */
export async function resolveHeld(
  session: Session,
  path: string,
  resolution: Resolution,
  signal?: AbortSignal,
): Promise<void> {
  requireSynced(session, path)
  await capture(session, signal, 'accept' in resolution ? path : undefined)
  if ('accept' in resolution) {
    const held = session.held.get(path)
    if (held) throw held
    return
  }
  if ('take' in resolution) await takeOver(session, path, resolution.take, signal)
  if (session.held.has(path)) await keepAside(session, path)
  await overwritePath(session, path)
}

/** The version of one host becomes everybody's, as a write of this host. */
async function takeOver(session: Session, path: string, host: string, signal?: AbortSignal): Promise<void> {
  const registers = session.state.files.get(path) ?? new Map()
  const after = project(registersOf(session, path, host))
  if (after === undefined) throw nothingToTake(host, path)
  const changes = changesOf(fileValue(session, path), after, registers, session.options.depth)
  await applyLocally(session, path, changes, signal)
}

function registersOf(session: Session, path: string, host: string) {
  for (const source of session.parts.sources.all()) {
    if (source.host !== host || 'error' in source.outcome) continue
    const registers = source.outcome.state.files.get(path)
    if (registers) return registers
  }
  throw nothingToTake(host, path)
}

function nothingToTake(host: string, path: string): BreathError {
  return new BreathError('REF_FOREIGN', `there is no verified version of ${path} by ${host}`, {
    field: 'take',
    remedy: 'name a host whose ref montana breathe status shows as verified',
  })
}

/** The refused version is not lost: the last one of each path is kept with the state of breathing. */
async function keepAside(session: Session, path: string): Promise<void> {
  const folder = join(session.parts.folder, 'dropped')
  await makeDirectory(folder, 0o700)
  await copyFile(join(session.options.repo, path), join(folder, encodeURIComponent(path))).catch(() => {})
}
