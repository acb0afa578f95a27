/** Splits a stream of text into lines. One without an end is cut off at `maxChars`, and what follows of it is dropped. */
export function lineReader(maxChars: number, onLine: (line: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, maxChars)
    for (const line of lines) onLine(line.slice(0, maxChars))
  }
}
