import { codeOfText, ownCode, UNCODED } from './codes.js'
import { windowNumbers } from './windows.js'

/** What a text itself tells, whoever delivered it. */
export interface Message {
  readonly text: string
  /** Constant sentence of our own lines; undefined for foreign ones. */
  readonly sentence: string | undefined
  readonly code: string | undefined
  readonly priority: number | undefined
  readonly timeMs: number | undefined
  readonly windows: readonly number[]
}

/** `<n>` before a line is its priority, as the service manager reads it: spec operations 6. */
const PREFIX = /^<([0-7])>/
/** Levels of our JSON lines as syslog priorities. */
const PRIORITIES: Readonly<Record<number, number>> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 }

/** One of our JSON lines, or any other text. Pure. */
export function parseMessage(line: string): Message {
  const prefix = PREFIX.exec(line)
  const text = prefix ? line.slice(prefix[0].length) : line
  const own = parseOwn(text)
  const priority = PRIORITIES[Number(own?.level)] ?? (prefix ? Number(prefix[1]) : undefined)
  if (!own) return { ...{ text, priority, windows: windowNumbers(text) }, ...FOREIGN }
  const { msg, code, time } = own
  const sentence = typeof msg === 'string' ? msg : ''
  return { text, sentence, priority, code: ownCode(code), timeMs: timeOf(time), windows: windowNumbers(text) }
}

/** Our own lines say their code themselves; only what others say is searched for one. */
export function codeOf({ code, sentence, text }: Message): string {
  return code ?? (sentence === undefined ? codeOfText(text) : UNCODED)
}

const FOREIGN = { sentence: undefined, code: undefined, timeMs: undefined }

type Own = Readonly<Partial<Record<'level' | 'msg' | 'code' | 'time', unknown>>>

function parseOwn(text: string): Own | undefined {
  if (!text.startsWith('{')) return undefined
  const value = parseObject(text) as Own | undefined
  return value && ('msg' in value || 'level' in value) ? value : undefined
}

/** A JSON object, undefined for everything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Last instant that a time stamp can name: the end of the year 9999. */
const LAST_MS = 253_402_300_799_999

/** RFC 3339 or ms since the epoch; undefined for what is no instant that can be printed. */
export function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : value
  return typeof ms === 'number' && ms >= 0 && ms <= LAST_MS ? Math.trunc(ms) : undefined
}
