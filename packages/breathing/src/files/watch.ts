import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isAbort, sleep } from '@montana/foundation'
import { DEBOUNCE_MS, STAT_INTERVAL_MS } from '../constants.js'
import { looksLike } from './sync-file.js'

/** A writer that never pauses is not waited for any longer. */
const DEBOUNCE_MAX_MS = 1_000

/** Calls back after every change of a synced file, until aborted: file events, and a look every second. Spec 12.1. */
export function watchFiles(root: string, paths: readonly string[], onChange: () => void, signal: AbortSignal): void {
  const fire = debounce(onChange, signal)
  const watchers = new Map<string, FSWatcher>()
  const look = () => watchFolders(root, paths, watchers, fire)
  look()
  const onLook = () => {
    look()
    fire()
  }
  void poll(root, paths, onLook, signal)
  signal.addEventListener('abort', () => closeAll(watchers), { once: true })
}

/** A folder that is not there yet is looked for again by the poll. */
function watchFolders(
  root: string,
  paths: readonly string[],
  watchers: Map<string, FSWatcher>,
  fire: () => void,
): void {
  for (const folder of new Set(paths.map(dirname))) {
    if (watchers.has(folder)) continue
    const names = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)))
    try {
      const watcher = watch(join(root, folder), { persistent: false }, (_, name) => {
        if (name === null || names.has(name)) fire()
      })
      watcher.on('error', () => {
        watcher.close()
        watchers.delete(folder)
      })
      watchers.set(folder, watcher)
    } catch {
      // Not there, or no watches left: the poll sees it.
    }
  }
}

function closeAll(watchers: ReadonlyMap<string, FSWatcher>): void {
  for (const watcher of watchers.values()) watcher.close()
}

async function poll(root: string, paths: readonly string[], onChange: () => void, signal: AbortSignal): Promise<void> {
  const looks = async () => (await Promise.all(paths.map((path) => looksLike(root, path)))).join('\n')
  try {
    for (let last = await looks(); ; ) {
      await sleep(STAT_INTERVAL_MS, signal)
      const now = await looks()
      if (now !== last) onChange()
      last = now
    }
  } catch (error) {
    if (!isAbort(error)) throw error
  }
}

function debounce(fire: () => void, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  let firstMs = 0
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  return () => {
    if (signal.aborted) return
    const nowMs = performance.now()
    if (timer === undefined) firstMs = nowMs
    clearTimeout(timer)
    const waitMs = Math.min(DEBOUNCE_MS, Math.max(0, firstMs + DEBOUNCE_MAX_MS - nowMs))
    timer = setTimeout(() => {
      timer = undefined
      fire()
    }, waitMs)
  }
}
