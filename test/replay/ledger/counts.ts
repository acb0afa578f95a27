import type { Kind } from './messages.js'

/**
 * What the inbox calls accepted says of these only that their signature holds: a candidate repeats its registration until
 * it is listed, and a notice asks for an answer each time. Whether the engine took them shows in its state alone.
 */
const REPEATED_BY_DUTY: ReadonlySet<string> = new Set<Kind>(['registration', 'notice'])

/** What became of what was said again. */
export class Replays {
  readonly ends = new Map<string, number>()
  /** Taken again, or followed by a state that is another one. */
  readonly accepted: string[] = []
  count = 0

  note(where: string, kind: string, outcome: string, times = 1): void {
    const isChecked = outcome === 'accepted' && REPEATED_BY_DUTY.has(kind)
    const end = `${where}: ${isChecked ? `${kind} looked at, to no effect` : outcome}`
    this.count += times
    this.ends.set(end, (this.ends.get(end) ?? 0) + times)
    if (outcome === 'accepted' && !isChecked) this.accept(`${where}: ${kind}`, times)
  }

  accept(what: string, times = 1): void {
    for (let time = 0; time < times; time++) this.accepted.push(what)
  }

  /** Names the parts that are not what they were. */
  compare<T extends object>(where: string, before: T, after: T, isSame: (a: unknown, b: unknown) => boolean): void {
    for (const part of Object.keys(before) as (keyof T)[]) {
      if (!isSame(before[part], after[part])) this.accept(`${where}: ${String(part)} changed`)
    }
  }
}

export const sameText = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
