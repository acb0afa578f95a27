import { errorCode, isAbort } from '@montana/foundation'
import { z } from 'zod'
import { MirrorError } from '../contracts/errors.js'
import type { Fence } from '../contracts/fence.js'
import type { Tips } from '../contracts/push.js'
import { pause } from '../decide/fence-rules.js'
import { selectRefs } from '../decide/refs.js'
import { sign } from '../fence/sign.js'
import { rewrittenRefs } from '../push/rewrites.js'
import { localTips } from '../push/source.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { note } from './note.js'
import type { MirrorParts, Reached } from './parts.js'

const ACCEPTED = 'reset-accepted:'
/** The store is paused, and the fence does not know it yet. */
const UNTOLD = 'pause-untold'
/** How often the pause is written again when the record was changed in between. */
const ATTEMPTS_MAX = 3

const acceptedSchema = z.record(z.string(), z.string())

/** Tips of ours on this target that the operator has let go of, by ref. */
export function acceptedTips(store: MirrorStore, mirror: string): Tips {
  const text = store.notes.get(ACCEPTED + mirror)
  return new Map(text === undefined ? [] : Object.entries(acceptedSchema.parse(JSON.parse(text))))
}

/** Keeps every layer of every target back until `resume`, here and in the fence. Spec 3.1 MIRROR_RESET_MODE. */
export async function isolate(parts: MirrorParts, why: string, signal: AbortSignal): Promise<void> {
  const { store } = parts
  store.transaction(() => {
    if (store.isPaused()) return
    store.setPaused(why)
    store.notes.set(UNTOLD, why)
    note(parts, 'pause', why, null, {})
  })
  await tellFence(parts, signal)
}

/** Of a pause that the fence does not know yet; it is told again by the next worker when it cannot be asked now. */
export async function tellFence(parts: MirrorParts, signal: AbortSignal): Promise<void> {
  const { fence, self, store, log } = parts
  const why = store.notes.get(UNTOLD)
  if (why === undefined) return
  try {
    if (fence !== null && self !== null) await pauseFence(parts, fence, why, signal)
    store.notes.delete(UNTOLD)
  } catch (error) {
    if (isAbort(error)) throw error
    log.error({ code: errorCode(error) }, 'the mirrors are paused here, but the fence could not be told')
  }
}

/** Where another side holds the epoch there is nothing of ours to pause. */
async function pauseFence({ self, actor, time }: MirrorParts, fence: Fence, why: string, signal: AbortSignal) {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const entry = await fence.read(signal)
    if (entry === null || entry.record.holder !== self) return
    const next = pause(entry.record, sign(actor, why, time.wallMs()))
    if ('refused' in next || (await fence.swap(entry, next.ok, signal))) return
  }
  throw new MirrorError('EPOCH_LOST', 'the fence record changed each time', { remedy: 'sync again' })
}

/** What a `resume` lets go of: by target, the tips that the history of the source does not hold any more. */
export async function lostTips(parts: MirrorParts, signal: AbortSignal): Promise<ReadonlyMap<string, Tips>> {
  const found = new Map<string, Tips>()
  for (const reached of parts.targets) found.set(reached.target.name, await lostOn(parts, reached, signal))
  return found
}

async function lostOn({ source: folder, store }: MirrorParts, { target }: Reached, signal: AbortSignal): Promise<Tips> {
  const pushed = store.refs.pushedTips(target.name)
  if (pushed.size === 0) return new Map()
  const call = { folder, signal }
  return await rewrittenRefs(call, selectRefs(await localTips(call), target.refs), pushed)
}

/** Part of the transaction that ends the pause. */
export function acceptTips(store: MirrorStore, lost: ReadonlyMap<string, Tips>): void {
  store.notes.delete(UNTOLD)
  for (const [mirror, tips] of lost) store.notes.set(ACCEPTED + mirror, JSON.stringify(Object.fromEntries(tips)))
}
