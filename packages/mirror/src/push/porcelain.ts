/** One line of `git push --porcelain`. */
export interface PushedRef {
  readonly ref: string
  /** ' ' moved, '+' forced, '*' new, '-' deleted, '=' up to date, '!' refused. */
  readonly flag: string
  /** Words in parentheses of a refusal. */
  readonly reason: string | null
}

const LINE = /^([ +\-*=!])\t[^\t:]*:([^\t]+)\t(.*)$/
const REASON = /\((.*)\)$/

/** What became of each ref; other lines are skipped. */
export function parsePorcelain(text: string): readonly PushedRef[] {
  return text.split('\n').flatMap((line) => {
    const [, flag, ref, summary] = LINE.exec(line) ?? []
    if (flag === undefined || ref === undefined) return []
    return [{ ref, flag, reason: flag === '!' ? (REASON.exec(summary ?? '')?.[1] ?? summary ?? '') : null }]
  })
}
