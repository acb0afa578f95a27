import { gitText, type TargetCall } from './git.js'
import { fetchObjects } from './target.js'

/**
 * Brings foreign tips into the source, each as `refs/montana/targets/<target>/<tip>`: no push can name what the source does
 * not have. Gives those that are kept there now; one that the target has no more is missing. That an object exists is not
 * enough: a fetch that was killed leaves commits without their trees.
 */
export async function fetchForeign(
  call: TargetCall,
  target: string,
  tips: readonly string[],
): Promise<ReadonlySet<string>> {
  const before = await keptTips(call, target)
  const missing = [...new Set(tips)].filter((tip) => !before.has(tip))
  if (missing.length === 0) return before
  await fetchObjects(
    call,
    missing.map((tip) => `+${tip}:${folderOf(target)}${tip}`),
  )
  return await keptTips(call, target)
}

async function keptTips(call: TargetCall, target: string): Promise<ReadonlySet<string>> {
  const text = await gitText(call, ['for-each-ref', '--format=%(objectname)', folderOf(target)])
  return new Set(text.split('\n').filter((line) => line !== ''))
}

function folderOf(target: string): string {
  return `refs/montana/targets/${target}/`
}
