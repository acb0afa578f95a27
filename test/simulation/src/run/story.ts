/** Lines of a history that a reader needs: what was signed, committed, broken and put right, not every message. */
const TOLD =
  /journal (?:header|vote|lock)|commit|crash|start|partition|freeze|finding|evidence|faults|violation|rejected/
const MAX_LINES = 40

/** The end of a history in few lines; lines that say the same about several nodes one after the other are joined. */
export function tellStory(lines: readonly string[]): string[] {
  const told = lines.filter((line) => TOLD.test(line))
  const joined: string[] = []
  for (const line of told) {
    const [time = '', who = '', ...words] = line.split(' ')
    const what = words.join(' ')
    const last = joined.at(-1)
    const isSame = last?.endsWith(` ${what}`) ?? false
    if (isSame && last) joined[joined.length - 1] = last.replace(` ${what}`, `,${who} ${what}`)
    else joined.push(`${time} ${who} ${what}`)
  }
  const skipped = joined.length - MAX_LINES
  return skipped > 0 ? [`… ${skipped} lines before`, ...joined.slice(-MAX_LINES)] : joined
}
