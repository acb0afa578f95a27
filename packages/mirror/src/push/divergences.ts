import { isAbort } from '@montana/foundation'
import type { TipPair } from './ancestry.js'
import { withBorrowed } from './borrowed.js'
import { fetchForeign } from './foreign.js'
import { EXPLAINED_MAX_BYTES } from './limits.js'
import { type Divergence, divergenceOf, UNCOUNTED } from './relations.js'
import type { PushRun } from './run.js'

/** Two processes each; who has more has one cause for all of them. */
const EXPLAINED_MAX = 32
/** It only makes a message better. */
const EXPLAIN_TIMEOUT_MS = 120_000
/** History alone, where the target can do that. */
const COMMITS_ONLY = ['--filter=tree:0']

/**
 * How diverged refs stand to ours, for status and alert. What cannot be found out, or only by more than
 * {@link EXPLAINED_MAX_BYTES}, is null and fails nothing. Spec repository-mirror 7.3.
 */
export async function divergencesOf(
  run: PushRun,
  diverged: readonly TipPair[],
): Promise<ReadonlyMap<string, Divergence>> {
  const explained = diverged.slice(0, EXPLAINED_MAX)
  if (explained.length === 0) return new Map()
  const { source: folder, signal } = run.request
  const found = await withBorrowed({ folder, signal }, (borrowed) => explain(run, borrowed, explained)).catch(
    unlessAborted,
  )
  return found ?? new Map()
}

async function explain(run: PushRun, folder: string, pairs: readonly TipPair[]) {
  await fetchHistory(run, folder, pairs).catch(unlessAborted)
  const found = new Map<string, Divergence>()
  for (const pair of pairs) {
    const divergence = await divergenceOf({ folder, signal: run.request.signal }, pair).catch(unlessAborted)
    found.set(pair.ref, divergence ?? UNCOUNTED)
  }
  return found
}

async function fetchHistory(run: PushRun, folder: string, pairs: readonly TipPair[]): Promise<void> {
  const call = run.call('fetch')
  const { explainedMaxBytes = EXPLAINED_MAX_BYTES } = run.request
  const bounds = { timeoutMs: Math.min(EXPLAIN_TIMEOUT_MS, call.timeoutMs), fileMaxBytes: explainedMaxBytes }
  const tips = pairs.map(({ remote }) => remote)
  await fetchForeign({ ...call, ...bounds, folder }, tips, COMMITS_ONLY)
}

function unlessAborted(error: unknown): undefined {
  if (isAbort(error)) throw error
}
