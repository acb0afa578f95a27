import type { MissingPart } from '@montana/store'

/** Before a part that no peer has is asked for again; doubles up to the last one. No special reason for the figures. */
const FIRST_MS = 30_000
const LAST_MS = 3_600_000

interface Rest {
  readonly untilMs: number
  readonly lengthMs: number
}

/** How long each missing part is left alone: a proof that nobody kept would otherwise be asked of everybody for ever. */
export class Rests {
  readonly #rests = new Map<string, Rest>()

  isResting(part: MissingPart, nowMs: number): boolean {
    return (this.#rests.get(nameOf(part))?.untilMs ?? nowMs) > nowMs
  }

  /** Nobody had it. */
  lengthen(part: MissingPart, nowMs: number): void {
    const before = this.#rests.get(nameOf(part))?.lengthMs
    const lengthMs = before === undefined ? FIRST_MS : Math.min(LAST_MS, 2 * before)
    this.#rests.set(nameOf(part), { untilMs: nowMs + lengthMs, lengthMs })
  }

  end(part: MissingPart): void {
    this.#rests.delete(nameOf(part))
  }
}

function nameOf({ kind, window }: MissingPart): string {
  return `${kind} ${window}`
}
