import { dirname } from 'node:path'
import { makeDirectory, writeFileDurably } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import { withFileLock } from '../files/file-lock.js'
import { setMember } from './json-splice.js'
import { isoSeconds } from './render.js'
import { existing, isObject, readState, replaceState, unreadable } from './state-file.js'

/**
 * Sets `meta.updated_at_iso`, the sign of life of a tick, and makes the file where there is none. Throws MirrorError
 * STATE_UNREADABLE (the file is left as it is) or BUSY, or AbortError. Spec repository-mirror 2 and 4.2.
 */
export async function heartbeat(file: string, nowMs: number, signal?: AbortSignal): Promise<void> {
  await makeDirectory(dirname(file))
  const target = await existing(file)
  await withFileLock(
    target ?? file,
    async (lock) => {
      const found = await existing(file)
      if (found === undefined) return await create(file, nowMs)
      await replaceState(found, beating(found, nowMs), lock)
    },
    signal,
  )
}

async function create(file: string, nowMs: number): Promise<void> {
  const content = { meta: { updated_at_iso: isoSeconds(nowMs) } }
  await writeFileDurably(file, `${JSON.stringify(content, null, 2)}\n`)
}

function beating(file: string, nowMs: number): string {
  const state = readState(file)
  if (state instanceof MirrorError) throw state
  const { meta } = state.content
  if (meta !== undefined && !isObject(meta)) throw unreadable(file, 'has a meta that is not an object')
  return setMember(state.text, ['meta', 'updated_at_iso'], isoSeconds(nowMs))
}
