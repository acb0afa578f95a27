import { formatTime } from '@montana/foundation'
import type { Digest, DigestEntry, DigestUnit } from '../digest/schema.js'
import type { Snapshot } from './snapshot-schema.js'

type ErrorLine = Snapshot['errors']['nodes'][number]['lines'][number]

/** Codes of foreign lines, first match wins; the first two are those under which findings name what units did. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/main process exited/i, 'UNIT_EXIT'],
  [/failed with result 'timeout'/i, 'UNIT_FAILED'],
  [/permission denied/i, 'EACCES'],
  [/no space left on device/i, 'ENOSPC'],
  [/rustls|unexpected-eof/i, 'TLS'],
  [/connection timed out/i, 'ETIMEDOUT'],
  [/connection reset by peer/i, 'ECONNRESET'],
  [/connection refused/i, 'ECONNREFUSED'],
  [/invalid argument/i, 'EINVAL'],
]
const UNCODED = 'UNCODED'

/** Window numbers as the old node printed them, for example `[active W=82123]`. */
const WINDOW = /\bW=(\d{1,15})/

/** Old tables name no unit; this name stands for all of a host. */
const UNNAMED_UNIT = 'unattributed'

/** The counted lines of each node as `montana.digest/1`: spec operations 3.8, 6. Pure. */
export function digestsOfSnapshot({ errors, taken_at }: Snapshot): Digest[] {
  const from = formatTime(Date.parse(taken_at) - errors.span_s * 1000)
  return errors.nodes.map(({ label, lines }) => ({
    schema: 'montana.digest/1' as const,
    ...{ label, from, to: taken_at, source: 'legacy' as const },
    units: unitsOf(lines),
    entries: entriesOf(lines),
    unattributed: lines.reduce((sum, { count }) => sum + count, 0),
    dropped: 0,
  }))
}

/** Lines that differ in nothing but numbers are one entry; most frequent first. */
function entriesOf(lines: readonly ErrorLine[]): DigestEntry[] {
  const groups = Map.groupBy(lines, ({ text }) => templateOf(text))
  const entries = [...groups].map(([template, group]) => entryOf(template, group))
  return entries.sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1))
}

function entryOf(template: string, group: readonly ErrorLine[]): DigestEntry {
  const windows = group.flatMap(({ text }) => WINDOW.exec(text)?.[1] ?? []).map(Number)
  const sample = group[0]?.text ?? ''
  return {
    ...{ unit: null, code: codeOf(sample), priority: null, template },
    count: group.reduce((sum, { count }) => sum + count, 0),
    ...{ first: null, last: null, sample },
    window_min: windows.length === 0 ? null : Math.min(...windows),
    window_max: windows.length === 0 ? null : Math.max(...windows),
  }
}

function codeOf(text: string): string {
  return CODES.find(([pattern]) => pattern.test(text))?.[1] ?? UNCODED
}

function templateOf(text: string): string {
  return text.replaceAll(/\d+/g, '<num>').replaceAll(/\s+/g, ' ').trim()
}

/** Exits and stop timeouts by the words of systemd, since the table has no message ids. */
function unitsOf(lines: readonly ErrorLine[]): DigestUnit[] {
  const sum = (pattern: RegExp) => lines.reduce((total, { text, count }) => total + (pattern.test(text) ? count : 0), 0)
  const exits = sum(/Main process exited/)
  const timeouts = sum(/Failed with result 'timeout'/)
  const startLimitHits = sum(/Start request repeated too quickly/)
  if (exits + timeouts + startLimitHits === 0) return []
  // A process that exits so often was started again at least once less.
  return [{ unit: UNNAMED_UNIT, exits, restarts: Math.max(0, exits - 1), timeouts, start_limit_hits: startLimitHits }]
}
