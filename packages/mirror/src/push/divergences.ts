import { isAbort } from '@montana/foundation'
import type { TipPair } from './ancestry.js'
import { fetchForeign } from './foreign.js'
import { type Divergence, divergenceOf } from './relations.js'
import type { PushRun } from './run.js'

/** Two processes each; who has more has one cause for all of them. */
const EXPLAINED_MAX = 32

/** How diverged refs stand to ours, for status and alert. What cannot be found out is null and fails nothing. Spec 7.3. */
export async function divergencesOf(
  run: PushRun,
  diverged: readonly TipPair[],
): Promise<ReadonlyMap<string, Divergence>> {
  const explained = diverged.slice(0, EXPLAINED_MAX)
  if (explained.length === 0) return new Map()
  const tips = explained.map(({ remote }) => remote)
  await fetchForeign(run.call('fetch'), run.request.target.name, tips).catch(unlessAborted)
  const { source: folder, signal } = run.request
  const found = new Map<string, Divergence>()
  for (const pair of explained) found.set(pair.ref, await divergenceOf({ folder, signal }, pair))
  return found
}

function unlessAborted(error: unknown): void {
  if (isAbort(error)) throw error
}
