import { z } from 'zod'
import { MirrorError } from '../contracts/errors.js'
import type { RefResult, Tips } from '../contracts/push.js'
import type { Precondition } from '../decide/steps.js'
import { unmet } from '../decide/steps.js'
import { listTarget } from '../push/target.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { findTarget } from './find-target.js'
import { note } from './note.js'
import type { MirrorParts } from './parts.js'

const NOTE = 'keep-tips:'
const LIST_TIMEOUT_MS = 60_000
const schema = z.record(z.string(), z.string())

export interface KeepRequest {
  readonly reason: string
  /** Null where nothing is fenced. */
  readonly expectedEpoch: number | null
  readonly dryRun: boolean
  /** Tips of the target that the person saw, by branch or tag. */
  readonly tips: Tips
}

export interface KeepReport {
  readonly outcome: 'shown' | 'accepted'
  readonly conditions: readonly Precondition[]
}

/** Foreign tips of this target that a person asked to keep by rescue refs with the next push. */
export function tipsToKeep(store: MirrorStore, mirror: string): Tips {
  const text = store.notes.get(NOTE + mirror)
  return new Map(text === undefined ? [] : Object.entries(schema.parse(JSON.parse(text))))
}

/** What a push has settled is not asked for any more; a tip that has moved since stays diverged, and is asked for anew. */
export function forgetKept(store: MirrorStore, mirror: string, refs: readonly RefResult[]): void {
  if (store.notes.get(NOTE + mirror) === undefined) return
  const open = new Set(refs.filter(({ outcome }) => outcome === 'rejected').map(({ ref }) => ref))
  const left = [...tipsToKeep(store, mirror)].filter(([ref]) => open.has(ref))
  if (left.length === 0) store.notes.delete(NOTE + mirror)
  else store.notes.set(NOTE + mirror, JSON.stringify(Object.fromEntries(left)))
}

/**
 * Lets the next push of the code layer keep these tips by rescue refs and move their branches to those of the source: what
 * `ON_DIVERGE=rescue` does for ever, once and for what was looked at. Throws PRECONDITION. Spec repository-mirror 7.3.
 */
export async function keepTips(
  parts: MirrorParts,
  name: string,
  asked: KeepRequest,
  signal: AbortSignal,
): Promise<KeepReport> {
  const conditions = [...writerConditions(parts), await tipCondition(parts, name, asked.tips, signal)]
  if (asked.dryRun) return { outcome: 'shown', conditions }
  const missing = unmet(conditions)
  if (missing.length > 0) throw notNow(missing)
  const { store } = parts
  store.transaction(() => {
    store.notes.set(NOTE + name, JSON.stringify(Object.fromEntries(asked.tips)))
    note(parts, 'keep by rescue refs', asked.reason, asked.expectedEpoch, {
      mirror: name,
      refs: [...asked.tips.keys()],
    })
  })
  return { outcome: 'accepted', conditions }
}

function writerConditions({ config, store }: MirrorParts): Precondition[] {
  const isPrimary = config.role === 'MASTER'
  const isPaused = store.isPaused()
  const role = isPrimary ? 'this repository is the primary' : 'only the primary pushes'
  const pause = isPaused ? 'a reset of the history has paused the mirrors' : 'the mirrors are not paused'
  return [
    { name: 'primary', met: isPrimary, why: role },
    { name: 'pause', met: !isPaused, why: pause },
  ]
}

async function tipCondition(
  { targets, source: folder }: MirrorParts,
  name: string,
  tips: Tips,
  signal: AbortSignal,
): Promise<Precondition> {
  const access = await findTarget(targets, name).provider.gitAccess(signal)
  const { tips: now } = await listTarget({ folder, access, signal, timeoutMs: LIST_TIMEOUT_MS }, ['--heads', '--tags'])
  const moved = [...tips].filter(([ref, tip]) => now.get(ref) !== tip).map(([ref]) => ref)
  const why =
    moved.length === 0 ? 'the target is as it was looked at' : `moved since it was looked at: ${moved.join(', ')}`
  return { name: 'tips', met: moved.length === 0, why }
}

function notNow(missing: readonly Precondition[]): MirrorError {
  return new MirrorError('PRECONDITION', missing.map(({ why }) => why).join('; '), {
    remedy: 'look at both histories again: the plan is made from the tips as they are now',
  })
}
