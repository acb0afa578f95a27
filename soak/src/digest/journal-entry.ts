import { codeOfEvent } from './codes.js'
import type { LogLine, UnitEvent } from './log-line.js'
import { codeOf, parseMessage, parseObject, timeOf } from './message.js'

/** Ids under which the service manager logs: spec operations 6. */
const EVENTS: Readonly<Record<string, UnitEvent>> = {
  '98e322203f7a4ed290d09fe03c09fe15': 'exit',
  d9b373ed55a64feb8242e02dbe79a49c: 'failed',
  be02cf6855d2428ba40df7e9d022f03d: 'job_failed',
  '5eb03494b6584870a536b337290809b3': 'restart',
}

/** What `journalctl -o json` needs to print for a digest; it always adds the times. */
export const JOURNAL_FIELDS = [
  ...['MESSAGE', 'MESSAGE_ID', 'PRIORITY', 'UNIT', 'USER_UNIT', 'UNIT_RESULT'],
  ...['_COMM', '_PID', '_SYSTEMD_UNIT', '_SYSTEMD_USER_UNIT'],
]

/** Stands for a message that journalctl left out because of its size. */
const LEFT_OUT = '(a message of more than 4096 bytes)'
const UNIT_MAX = 256
const US_PER_MS = 1000

/** One line of `journalctl -o json`; undefined where it is none. Pure. */
export function parseJournalLine(line: string): LogLine | undefined {
  const entry = parseObject(line)
  if (entry && '__REALTIME_TIMESTAMP' in entry) return toLine(entry)
  return undefined
}

type Entry = Readonly<Record<string, unknown>>

function toLine(entry: Entry): LogLine {
  const message = parseMessage(messageOf(entry.MESSAGE))
  const { text, sentence = text, windows } = message
  const event = eventOf(entry)
  return {
    unit: unitOf(entry),
    timeMs: realtimeOf(entry) ?? message.timeMs ?? null,
    priority: message.priority ?? priorityOf(entry),
    code: event ? codeOfEvent(event) : codeOf(message),
    ...{ message: sentence, text, windows, event },
    unitResult: event === undefined ? undefined : firstOf(entry.UNIT_RESULT),
  }
}

/** Only the service manager tells what became of a unit; any process may log under the same id. */
function eventOf(entry: Entry): UnitEvent | undefined {
  return isManager(entry) ? EVENTS[firstOf(entry.MESSAGE_ID) ?? ''] : undefined
}

/** Fields with an underscore are the journal's own word for who wrote the entry. */
function isManager(entry: Entry): boolean {
  return firstOf(entry._PID) === '1' || firstOf(entry._COMM) === 'systemd'
}

/** What the manager says is about the unit that it names; everything else belongs to the unit that wrote it. */
function unitOf(entry: Entry): string | null {
  const about = isManager(entry) ? (firstOf(entry.UNIT) ?? firstOf(entry.USER_UNIT)) : undefined
  const unit = about ?? firstOf(entry._SYSTEMD_USER_UNIT) ?? firstOf(entry._SYSTEMD_UNIT)
  return unit === undefined || unit === '' ? null : unit.slice(0, UNIT_MAX)
}

function priorityOf(entry: Entry): number | null {
  const text = firstOf(entry.PRIORITY) ?? ''
  return /^[0-7]$/.test(text) ? Number(text) : null
}

/** The time of receipt, µs since the epoch. */
function realtimeOf(entry: Entry): number | undefined {
  const text = firstOf(entry.__REALTIME_TIMESTAMP) ?? ''
  return /^\d{1,20}$/.test(text) ? timeOf(Number(text) / US_PER_MS) : undefined
}

function messageOf(field: unknown): string {
  return field === null ? LEFT_OUT : valuesOf(field).join(' ')
}

function firstOf(field: unknown): string | undefined {
  return valuesOf(field)[0]
}

/**
 * The values of a field in any of the forms that journalctl prints: a text; an array of byte values for what is not
 * UTF-8; an array of either for a repeated field; null for what is too long.
 */
function valuesOf(field: unknown): string[] {
  if (typeof field === 'string') return [field]
  if (!Array.isArray(field)) return []
  return isBytes(field) ? [Buffer.from(field).toString('utf8')] : field.flatMap((value) => singleOf(value))
}

function singleOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) && isBytes(value) ? [Buffer.from(value).toString('utf8')] : []
}

function isBytes(values: readonly unknown[]): values is number[] {
  return values.length > 0 && values.every((value) => typeof value === 'number')
}
