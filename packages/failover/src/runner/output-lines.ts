import { lineReader } from '../process/line-reader.js'

/** Of a log line; the rest of a longer one is dropped. */
export const OUTPUT_LINE_MAX_CHARS = 4 * 1024
/** The agent has more to do than to copy what a service says. */
export const OUTPUT_LINES_PER_SECOND = 100
const SECOND_MS = 1_000

/** Takes pieces of output and hands on whole lines, with limits; says how many were left out. */
export function outputLines(onLine: (line: string) => void): (text: string) => void {
  let [beginMs, passed, leftOut] = [performance.now(), 0, 0]
  const nextSecond = (nowMs: number) => {
    if (leftOut > 0) onLine(`${leftOut} lines left out`)
    beginMs = nowMs
    passed = 0
    leftOut = 0
  }
  return lineReader(OUTPUT_LINE_MAX_CHARS, (line) => {
    const nowMs = performance.now()
    if (nowMs - beginMs >= SECOND_MS) nextSecond(nowMs)
    passed += 1
    if (passed > OUTPUT_LINES_PER_SECOND) leftOut += 1
    else onLine(line.trimEnd())
  })
}
