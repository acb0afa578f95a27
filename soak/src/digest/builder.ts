import { formatTime } from '@montana/foundation'
import { LIST_MAX } from '../probe/shapes.js'
import type { LogLine } from './log-line.js'
import { byWeight, keyOf } from './rank.js'
import type { Redact } from './redact.js'
import type { Digest, DigestEntry } from './schema.js'
import { sampleOf, templateOf } from './template.js'
import { UnitCounts } from './units.js'

/** Kinds of lines kept while reading; beyond, the lighter half is given up, so that memory does not grow with a log. */
const KINDS_MAX = 4 * LIST_MAX

interface Kind {
  readonly unit: string | null
  readonly code: string
  readonly template: string
  readonly sample: string
  priority: number | null
  count: number
  first: number | null
  last: number | null
  windowMin: number | null
  windowMax: number | null
}

export interface DigestInit {
  readonly label: string
  readonly source: Digest['source']
  readonly redact: Redact
}

/** Lines in, a digest out: spec operations 6. Memory is bounded whatever the lines are. */
export class DigestBuilder {
  readonly #init: DigestInit
  readonly #units = new UnitCounts()
  #kinds = new Map<string, Kind>()
  #fromMs: number | null = null
  #toMs: number | null = null
  #unattributed = 0
  #dropped = 0

  constructor(init: DigestInit) {
    this.#init = init
  }

  add(line: LogLine): void {
    if (!this.#units.add(line)) return this.drop()
    if (line.unit === null) this.#unattributed++
    this.#fromMs = least(this.#fromMs, line.timeMs)
    this.#toMs = most(this.#toMs, line.timeMs)
    note(this.#kindOf(line), line)
    if (this.#kinds.size > KINDS_MAX) this.#keep(KINDS_MAX / 2)
  }

  /** A line that could not be read. */
  drop(): void {
    this.#dropped++
  }

  build(): Digest {
    this.#keep(LIST_MAX)
    const { label, source } = this.#init
    return {
      schema: 'montana.digest/1',
      label,
      from: timeText(this.#fromMs),
      to: timeText(this.#toMs),
      source,
      units: this.#units.list(),
      entries: [...this.#kinds.values()].map(toEntry),
      unattributed: this.#unattributed,
      dropped: this.#dropped,
    }
  }

  #kindOf(line: LogLine): Kind {
    const { unit, code } = line
    const template = templateOf(line.message, this.#init.redact)
    const key = keyOf({ unit, code, template })
    const known = this.#kinds.get(key)
    if (known) return known
    const sample = sampleOf(line.text, this.#init.redact)
    const times = { first: null, last: null, windowMin: null, windowMax: null }
    const kind = { unit, code, template, sample, priority: line.priority, count: 0, ...times }
    this.#kinds.set(key, kind)
    return kind
  }

  #keep(limit: number): void {
    const ranked = [...this.#kinds].sort(([, a], [, b]) => byWeight(a, b))
    this.#dropped += ranked.slice(limit).reduce((sum, [, { count }]) => sum + count, 0)
    this.#kinds = new Map(ranked.slice(0, limit))
  }
}

function note(kind: Kind, { timeMs, priority, windows }: LogLine): void {
  kind.count++
  kind.priority = least(kind.priority, priority)
  kind.first = least(kind.first, timeMs)
  kind.last = most(kind.last, timeMs)
  for (const window of windows) {
    kind.windowMin = least(kind.windowMin, window)
    kind.windowMax = most(kind.windowMax, window)
  }
}

function toEntry({ unit, code, priority, template, count, first, last, sample, ...windows }: Kind): DigestEntry {
  return {
    ...{ unit, code, priority, template, count },
    ...{ first: timeText(first), last: timeText(last), sample },
    ...{ window_min: windows.windowMin, window_max: windows.windowMax },
  }
}

function timeText(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms)
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

function most(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
