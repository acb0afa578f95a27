import { isAbort, sleep } from '@montana/foundation'
import type { Breathing } from '../breathing.js'
import { RETRY_MS } from '../constants.js'
import { readSyncFile } from '../files/sync-file.js'
import { watchFiles } from '../files/watch.js'
import { HUB_PREFIX } from '../git/repository.js'
import type { BreathStats } from '../stats.js'
import { saveRun } from './last-run.js'
import type { Session } from './session.js'
import type { Triggers } from './triggers.js'

const MS = 1000

/** Cycles start to start, and between them what writes and pokes ask for. Resolves when aborted. Spec 12.1. */
export async function runLoop(
  breathing: Breathing,
  session: Session,
  triggers: Triggers,
  signal: AbortSignal,
): Promise<void> {
  const { repo, syncPaths, startDelaySeconds } = session.options
  try {
    await sleep(startDelaySeconds * MS, signal)
    watchFiles(repo, syncPaths, () => triggers.add('write'), signal)
    for (let dueMs = 0; ; ) {
      if (session.time.monotonicMs() >= dueMs) dueMs = await cycle(breathing, session, triggers, signal)
      else await answer(breathing, session, triggers, signal)
      await triggers.wait(dueMs - session.time.monotonicMs(), signal)
    }
  } catch (error) {
    if (!isAbort(error)) throw error
  }
}

/** When the next one is due. A failed one is tried again soon: the hub may be back. */
async function cycle(breathing: Breathing, session: Session, triggers: Triggers, signal: AbortSignal): Promise<number> {
  const startMs = session.time.monotonicMs()
  triggers.take()
  const { inhale, exhale } = await breathing.breathe(signal)
  const everyMs = session.options.intervalSeconds * MS
  await report(session, breathing.getStats())
  if (inhale && exhale) await breathing.maintain(signal).catch(() => {})
  return startMs + (inhale && exhale ? everyMs : Math.min(everyMs, RETRY_MS))
}

/** To whoever runs this, and to `status` in another process. */
async function report(session: Session, stats: BreathStats): Promise<void> {
  session.modules.onCycle?.(stats)
  const { folder } = await session.open()
  await saveRun(folder, stats).catch(() => {})
}

async function answer(breathing: Breathing, session: Session, triggers: Triggers, signal: AbortSignal): Promise<void> {
  const due = triggers.take()
  if (due.has('news')) await breathing.inhale(signal)
  if ((due.has('write') && (await hasLocalWrites(session))) || isUnpublished(session)) await breathing.exhale(signal)
}

/** Our own projection raises file events too. */
async function hasLocalWrites(session: Session): Promise<boolean> {
  const { bases } = await session.open()
  for (const path of session.options.syncPaths) {
    const disk = await readSyncFile(session.options.repo, path).catch(() => null)
    const base = await bases.get(path)
    if (disk === null || (disk !== undefined && disk.digest !== base?.digest)) return true
  }
  return false
}

function isUnpublished({ own, refs, options, unpushedSinceMs }: Session): boolean {
  if (own === null) return false
  return unpushedSinceMs !== null && refs.get(HUB_PREFIX + options.node) !== own.commit
}
