import { gitText, type TargetCall } from './git.js'
import { fetchObjects } from './target.js'

const FOREIGN = 'refs/foreign/'

/**
 * Brings tips of the target into a borrowed repository, each under a ref of its own: no push can name what it does not have.
 * Gives those that are whole there now; one that the target has no more is missing.
 */
export async function fetchForeign(
  call: TargetCall,
  tips: readonly string[],
  options: readonly string[] = [],
): Promise<ReadonlySet<string>> {
  const wanted = [...new Set(tips)]
  await fetchObjects(
    call,
    wanted.map((tip) => `+${tip}:${foreignRef(tip)}`),
    options,
  )
  const text = await gitText(call, ['for-each-ref', '--format=%(objectname)', FOREIGN])
  return new Set(text.split('\n').filter((line) => line !== ''))
}

export function foreignRef(tip: string): string {
  return `${FOREIGN}${tip}`
}
