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

  push({ number, text }: PhysicalLine): Joined[] {
    if (text === null) return [...this.end(), corrupt(number, 1, 'torn')]
    const before = this.held.length > 0 && beginsRecord(text) ? this.end() : []
    if (this.held.length === 0 && text.trim() === '') return before
    if (this.held.length === 0 && !text.trimStart().startsWith('{')) return [...before, corrupt(number, 1, 'torn')]
    return [...before, ...this.hold(number, text)]
  }

  /** What is still held when the file ends, or another record begins, was never finished. */
  end(): Joined[] {
    const { length } = this.held
    if (length === 0) return []
    this.held = []
    this.heldChars = 0
    return [corrupt(this.firstLine, length, 'torn')]
  }

  private hold(number: number, text: string): Joined[] {
    if (this.held.length === 0) this.firstLine = number
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
    return record ? { kind: 'record', line, lines, record } : corrupt(line, lines, 'schema')
  }
}

function corrupt(line: number, lines: number, defect: CorruptLines['defect']): CorruptLines {
  return { kind: 'corrupt', line, lines, defect }
}

/** Counters, where records tear, stand behind `"nodes"`, so the first line of a record always has it. */
function beginsRecord(text: string): boolean {
  return /^\s*\{\s*"/.test(text) && /"nodes"\s*:/.test(text)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(markDoubled(text))
  } catch {
    return undefined
  }
}
