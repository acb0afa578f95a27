import { gitText, type SourceCall } from './git.js'

/** Where work of a target is kept in the source for whoever merges it. */
export function copiesOf(target: string): string {
  return `refs/montana/targets/${target}/`
}

/** Forgets copies of a target's work that a branch or tag of the source holds by now. What was never merged stays. */
export async function pruneCopies(call: SourceCall, target: string): Promise<void> {
  const format = '--format=%(objecttype) %(objectname) %(refname)'
  const rows = lines(await gitText(call, ['for-each-ref', format, copiesOf(target)])).map((row) => row.split(' '))
  const copies = rows.flatMap(([type, tip = '', ref = '']) => (type === 'commit' ? [{ tip, ref }] : []))
  if (copies.length === 0) return
  const tips = copies.map(({ tip }) => tip)
  const open = new Set(lines(await gitText(call, ['rev-list', ...tips, '--not', '--branches', '--tags', '--'])))
  const input = copies.filter(({ tip }) => !open.has(tip)).map(({ tip, ref }) => `delete ${ref} ${tip}\n`)
  await gitText({ ...call, input: input.join('') }, ['update-ref', '--stdin'])
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
