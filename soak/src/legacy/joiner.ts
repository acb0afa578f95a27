import { markDoubled } from './doubled.js'
import { type LegacyRecord, legacyRecordOf } from './record.js'

/** The longest torn record of four nodes has nine lines; more than this is no record. */
export const RECORD_MAX_LINES = 64
export const RECORD_MAX_CHARS = 2 ** 20

/** A line of the file as it lies there; text is null where it is longer than any record. Numbers begin with 1. */
export interface PhysicalLine {
  readonly number: number
  readonly text: string | null
}

/** What a stretch of physical lines turned out to be. */
export type Joined = JoinedRecord | CorruptLines

export interface JoinedRecord {
  readonly kind: 'record'
  /** First of its lines. */
  readonly line: number
  readonly lines: number
  /** It stood on several lines, or behind something else on its line. */
  readonly isRepaired: boolean
  readonly record: LegacyRecord
}

export interface CorruptLines {
  readonly kind: 'corrupt'
  readonly line: number
  readonly lines: number
  /** `schema`: an object, though no record. */
  readonly defect: 'torn' | 'schema'
}

/**
 * Joins physical lines until they form a JSON object (spec operations 3.8). Holds at most one unfinished record; a line
 * that begins like a record ends the one before.
 */
export class Joiner {
  private held: string[] = []
  private heldChars = 0
  private firstLine = 0
  private isCutOut = false

  push({ number, text }: PhysicalLine): Joined[] {
    if (text === null) return [...this.end(), corrupt(number, 1, 'torn')]
    return partsOf(text).flatMap((part) => {
      const before = part.isBeginning ? this.end() : []
      return [...before, ...this.take(number, part)]
    })
  }

  private take(number: number, { text, isCutOut }: Part): Joined[] {
    if (this.held.length > 0) return this.hold(text)
    if (text.trim() === '') return []
    if (!text.trimStart().startsWith('{')) return [corrupt(number, 1, 'torn')]
    this.firstLine = number
    this.isCutOut = isCutOut
    return this.hold(text)
  }

  /** What is still held when the file ends, or another record begins, was never finished. */
  end(): Joined[] {
    const { length } = this.held
    if (length === 0) return []
    this.held = []
    this.heldChars = 0
    return [corrupt(this.firstLine, length, 'torn')]
  }

  private hold(text: string): Joined[] {
    this.held.push(text)
    this.heldChars += text.length + 1
    const value = text.trimEnd().endsWith('}') ? parsed(this.held.join('\n')) : undefined
    if (value !== undefined) return [this.finish(value)]
    const isFull = this.held.length >= RECORD_MAX_LINES || this.heldChars > RECORD_MAX_CHARS
    return isFull ? this.end() : []
  }

  private finish(value: unknown): Joined {
    const [line, lines] = [this.firstLine, this.held.length]
    this.held = []
    this.heldChars = 0
    const record = legacyRecordOf(value)
    if (!record) return corrupt(line, lines, 'schema')
    return { kind: 'record', line, lines, isRepaired: lines > 1 || this.isCutOut, record }
  }
}

function corrupt(line: number, lines: number, defect: CorruptLines['defect']): CorruptLines {
  return { kind: 'corrupt', line, lines, defect }
}

interface Part {
  readonly text: string
  /** It begins like a record. */
  readonly isBeginning: boolean
  /** Something else stands before it on its line. */
  readonly isCutOut: boolean
}

/** Counters, where records tear, stand behind `"nodes"`, so the first line of a record always has it. */
const BEGINNING = /\{\s*"(?:[^{}]*")?nodes"\s*:/g

/** A write that was cut off leaves no LF: the next record begins on its line. */
function partsOf(text: string): Part[] {
  const starts = Array.from(text.matchAll(BEGINNING), ({ index }) => index)
  const head = { text: text.slice(0, starts[0]), isBeginning: false, isCutOut: false }
  const hasHead = starts.length === 0 || head.text.trim() !== ''
  const records = starts.map((at, i) => {
    return { text: text.slice(at, starts[i + 1]), isBeginning: true, isCutOut: hasHead || i > 0 }
  })
  return hasHead ? [head, ...records] : records
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(markDoubled(text))
  } catch {
    return undefined
  }
}
