export interface StoryEntry {
  /** Minutes of the story's own clock since its beginning. */
  readonly minute: number
  readonly event: string
  readonly who: string
  readonly detail: string
}

const MINUTE_MS = 60_000

/** What happened, in order; each entry is told as it is made. */
export class Story {
  readonly entries: StoryEntry[] = []
  readonly #nowMs: () => number
  readonly #startMs: number
  readonly #onLine: ((line: string) => void) | undefined

  constructor(nowMs: () => number, onLine?: (line: string) => void) {
    this.#nowMs = nowMs
    this.#startMs = nowMs()
    this.#onLine = onLine
  }

  get minute(): number {
    return Math.round((this.#nowMs() - this.#startMs) / MINUTE_MS)
  }

  tell(who: string, event: string, detail = ''): void {
    const entry = { minute: this.minute, event, who, detail }
    this.entries.push(entry)
    this.#onLine?.(lineOf(entry))
  }
}

export function lineOf({ minute, who, event, detail }: StoryEntry): string {
  const time = `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`
  return `${time.padStart(6)}  ${who.padEnd(8)}  ${event}${detail === '' ? '' : `: ${detail}`}`
}
