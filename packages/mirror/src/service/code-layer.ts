import { errorCode, errorMessage } from '@montana/foundation'
import type { PushReport, RefResult } from '../contracts/push.js'
import { pushCode } from '../push/push.js'
import type { LayerResult } from '../queue/worker-types.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { acceptedTips, isolate } from './history-reset.js'
import { forgetKept, tipsToKeep } from './keep-tips.js'
import type { MirrorParts, Reached } from './parts.js'

const OURS = new Set<RefResult['outcome']>(['created', 'fast-forwarded', 'overwritten', 'rescued', 'equal'])
const REFUSED = new Set<RefResult['outcome']>(['rejected', 'hidden'])

/** Pushes what the target lacks and keeps what was read back, by ref. Spec repository-mirror 7. */
export async function syncCode(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<LayerResult> {
  const { store, source, time } = parts
  const { name, refs, onDiverge, lfs, pushTimeoutMs } = reached.target
  const access = await reached.provider.gitAccess(signal)
  const keep = tipsToKeep(store, name)
  const target = { refs, onDiverge, keep, lfs, pushTimeoutMs, defaultBranch: null }
  const reset = { mode: parts.config.resetMode, accepted: acceptedTips(store, name) }
  const pushed = store.refs.pushedTips(name)
  const request = { source, target, access, pushed, reset, wallMs: time.wallMs(), signal }
  const report = await pushCode(request).catch((error: unknown) => stopAtReset(parts, error, signal))
  remember(store, name, report)
  return resultOf(report)
}

/** A history that was reset stays where it was reset: no other target, no other host and no CI pushes it. Spec 3.1. */
async function stopAtReset(parts: MirrorParts, error: unknown, signal: AbortSignal): Promise<never> {
  if (errorCode(error) === 'SOURCE_RESET') await isolate(parts, errorMessage(error), signal)
  throw error
}

function remember(store: MirrorStore, mirror: string, { refs }: PushReport): void {
  const before = new Map(store.refs.all(mirror).map((record) => [record.ref, record]))
  store.transaction(() => {
    for (const { ref, outcome, after, rescueRef } of refs) {
      const known = before.get(ref)
      const rescueRefs = [...new Set([...(known?.rescueRefs ?? []), ...(rescueRef === null ? [] : [rescueRef])])]
      const pushed = OURS.has(outcome) ? after : (known?.pushed ?? null)
      store.refs.put({ mirror, ref, pushed, seen: after, rescueRefs })
    }
    forgetKept(store, mirror, refs)
  })
}

function resultOf({ refs, tip, lagCommits, pushes }: PushReport): LayerResult {
  const common = { commit: tip, lagCommits, refs, counts: { pushes } }
  const diverged = refs.filter(({ outcome }) => outcome === 'diverged')
  if (diverged.length > 0) return { ...common, status: 'diverged', error: divergence(diverged) }
  const refused = refs.filter(({ outcome }) => REFUSED.has(outcome))
  if (refused.length > 0) return { ...common, status: 'failed', error: refusal(refused) }
  return { ...common, status: 'ok', error: null }
}

function divergence(refs: readonly RefResult[]) {
  const message = `the target has work of its own on ${refs.map(({ ref }) => ref).join(', ')}`
  return {
    code: 'REF_DIVERGED',
    message,
    remedy: 'look at both histories on the page (Recover), or set ON_DIVERGE=rescue to keep its tip as a branch',
  }
}

function refusal(refs: readonly RefResult[]) {
  const [first] = refs
  const message = refs.map(({ ref, message: why }) => `${ref}: ${why ?? 'refused'}`).join('; ')
  return { code: first?.code ?? 'REF_REJECTED', message, remedy: 'read why the target refuses these refs' }
}
