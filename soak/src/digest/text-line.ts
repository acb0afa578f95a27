import { BARE_LINE, type LogLine } from './log-line.js'
import { codeOf, parseMessage, timeOf } from './message.js'

/** RFC 3339, as some programs and `journalctl -o short-iso` begin their lines. */
const RFC3339 = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d))\s+/
/** The line of a syslog file: no year, no zone, and the name of a host, which is not published. */
const SYSLOG = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?\S{1,255} ([\w.@/-]{1,128}\[\d{1,10}\]: )/

/** One line of a log file: ours, or a foreign one; undefined where it is empty. Pure. */
export function parseTextLine(line: string): LogLine | undefined {
  const rest = line.trimEnd()
  if (rest === '') return undefined
  const stamp = RFC3339.exec(rest)
  const message = parseMessage(withoutHost(stamp ? rest.slice(stamp[0].length) : rest))
  const { text, sentence = text, windows } = message
  return {
    ...BARE_LINE,
    timeMs: message.timeMs ?? timeOf(stamp?.[1]?.replace(',', '.')) ?? null,
    priority: message.priority ?? null,
    code: codeOf(message),
    ...{ message: sentence, text, windows },
  }
}

function withoutHost(line: string): string {
  return line.replace(SYSLOG, '$1')
}
