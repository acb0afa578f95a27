export interface Chapter {
  readonly atMs: number
  readonly event: string
  readonly host: string
  readonly epoch: string | null
  readonly mode: string | null
  readonly gapMs?: number
}

/** What happened, in order; told aloud while it happens, if somebody listens. */
export class Story {
  readonly #startMs: number
  readonly #listener: ((line: string) => void) | undefined
  readonly #chapters: Chapter[] = []

  constructor(startMs: number, listener?: (line: string) => void) {
    this.#startMs = startMs
    this.#listener = listener
  }

  /** Once when a tenure begins, and again when its mode changes. */
  leads(line: Pick<Chapter, 'atMs' | 'host' | 'epoch' | 'mode'>): void {
    const before = this.#chapters.findLast(({ epoch, event }) => epoch === line.epoch && event !== 'first effect')
    if (before?.mode === line.mode) return
    const { atMs, host, epoch, mode } = line
    this.tell({ atMs, event: before ? 'still leads' : 'leads', host, epoch, mode })
  }

  tell(chapter: Chapter): void {
    this.#chapters.push(chapter)
    this.#listener?.(lineOf(chapter, this.#startMs))
  }

  /** Times from the start, milliseconds. */
  timeline(): { atMs: number; event: string; host: string; epoch: string | null; mode: string | null }[] {
    const sorted = [...this.#chapters].sort((a, b) => a.atMs - b.atMs)
    return sorted.map(({ atMs, event, host, epoch, mode }) => {
      return { atMs: Math.round(atMs - this.#startMs), event, host, epoch, mode }
    })
  }
}

const EPOCH_SHIFT = 16n

function lineOf({ atMs, event, host, epoch, mode, gapMs }: Chapter, startMs: number): string {
  const at = ((atMs - startMs) / 1000).toFixed(2).padStart(7)
  const counter = epoch === null ? '' : `  epoch ${BigInt(epoch) >> EPOCH_SHIFT}`
  const gap = gapMs === undefined ? '' : `  ${(gapMs / 1000).toFixed(2)} s after the death`
  return `${at} s  ${host.padEnd(12)} ${event}${counter}${mode ? `  ${mode}` : ''}${gap}`
}
