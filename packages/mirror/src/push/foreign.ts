import type { TipPair } from './ancestry.js'
import { gitText, type TargetCall } from './git.js'
import { fetchRefs } from './target.js'

/**
 * Brings foreign tips into the source, under `refs/montana/targets/<id>/`: no push can name what the source does not have.
 * Gives the refs whose tip is kept there now; one that moved meanwhile is missing. That an object exists is not enough: a
 * fetch that was killed leaves commits without their trees.
 */
export async function fetchForeign(
  call: TargetCall,
  id: string,
  wanted: readonly Pick<TipPair, 'ref' | 'remote'>[],
): Promise<ReadonlySet<string>> {
  const before = await keptTips(call, id)
  const isKept = (kept: ReadonlyMap<string, string>, { ref, remote }: Pick<TipPair, 'ref' | 'remote'>) =>
    kept.get(keptAs(id, ref)) === remote
  const missing = wanted.filter((pair) => !isKept(before, pair))
  if (missing.length > 0) {
    await fetchRefs(
      call,
      missing.map(({ ref }) => `+${ref}:${keptAs(id, ref)}`),
    )
  }
  const after = missing.length === 0 ? before : await keptTips(call, id)
  return new Set(wanted.filter((pair) => isKept(after, pair)).map(({ ref }) => ref))
}

async function keptTips(call: TargetCall, id: string): Promise<ReadonlyMap<string, string>> {
  const text = await gitText(call, ['for-each-ref', '--format=%(refname) %(objectname)', keptAs(id, 'refs/')])
  const rows = text.split('\n').filter((line) => line !== '')
  return new Map(rows.map((row) => row.split(' ') as [string, string]))
}

function keptAs(id: string, ref: string): string {
  return `refs/montana/targets/${id}/${ref.slice('refs/'.length)}`
}
