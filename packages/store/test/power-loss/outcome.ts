import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../../src/index.js'
import { expectBoundary } from '../boundary.js'
import { digest, temporaryDirectory } from '../helpers.js'
import type { Injection, Told } from './injections.js'
import { restartMs } from './stories.js'

export interface Outcome {
  /** `kept`, or what was `lost …`, `half …` or `refused …`. */
  readonly verdict: string
  /** Until the store was open, or until another process had gone on with it. */
  readonly tookMs: number
}

/** Opens what the power left, to write, as a node that starts again; then lets a process go on, where `isContinued`. */
export function outcomeOf({ files, told }: Injection, isContinued: boolean): Outcome {
  const dir = temporaryDirectory()
  for (const [name, content] of files) writeFileSync(join(dir, name), content)
  try {
    const continuedMs = isContinued ? restartMs(dir) : 0
    const { verdict, openedMs } = opened(dir, told)
    return { verdict, tookMs: Math.max(openedMs, continuedMs) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Opens the store of `dir` and holds it against what its writer had told. */
export function opened(dir: string, told: Told): { verdict: string; openedMs: number } {
  const startMs = performance.now()
  try {
    const store = openStore({ dir, mode: 'write', genesisHash: digest('genesis') })
    const openedMs = performance.now() - startMs
    try {
      return { verdict: verdictOf(store, told), openedMs }
    } finally {
      store.close()
    }
  } catch (error) {
    return { verdict: `refused ${(error as { code?: string }).code}`, openedMs: performance.now() - startMs }
  }
}

function verdictOf(store: Store, told: Told): string {
  const head = store.head()?.window ?? -1
  const signed = new Set(Array.from(store.journal.entries(0), ({ window }) => window))
  const forgotten = Array.from({ length: told.signed }, (_, index) => index + 1).find((window) => !signed.has(window))
  if (head < told.window) return `lost window ${told.window}: the head is ${head}`
  if (forgotten !== undefined) return `lost what was signed for window ${forgotten}`
  try {
    if (head >= 0) expectBoundary(store)
    return 'kept'
  } catch (error) {
    return `half a window: ${(error as Error).message.slice(0, 200)}`
  }
}
