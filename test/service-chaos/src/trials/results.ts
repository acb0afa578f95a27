import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { nameOf } from './plan.js'
import type { Job, TrialRow } from './types.js'

/** At the end of a commit whose tree was changed since: no two runs of it need be of the same code. */
export const DIRTY = '-dirty'

/** Rows of a file of JSON lines, each written when its trial is over: whoever comes back goes on behind the last. */
export class Results {
  readonly #path: string
  readonly #rows: TrialRow[]

  /** Rows of another commit, or of who knows what. */
  readonly foreign: number

  /** Takes what this commit has written to it, nothing where that says not what ran, and leaves the rest in it. */
  constructor(path: string, commit: string | null) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    const known = existsSync(path) ? rowsIn(readFileSync(path, 'utf8')) : []
    const isOneCode = commit !== null && !commit.endsWith(DIRTY)
    this.#rows = known.filter((row) => isOneCode && row.commit === commit)
    this.foreign = known.length - this.#rows.length
  }

  get rows(): readonly TrialRow[] {
    return this.#rows
  }

  add(row: TrialRow): void {
    this.#rows.push(row)
    appendFileSync(this.#path, `${JSON.stringify(row)}\n`)
  }

  isDone(job: Job): boolean {
    return this.#rows.some((row) => isFinal(row) && nameOf(row) === nameOf(job))
  }

  attemptsOf(job: Job): number {
    return this.#rows.filter((row) => nameOf(row) === nameOf(job)).length
  }
}

/** It is not repeated. */
export function isFinal({ outcome }: TrialRow): boolean {
  return outcome === 'counted' || outcome === 'failed'
}

/** A last line that a kill has torn is none. */
export function rowsIn(text: string): TrialRow[] {
  return text.split('\n').flatMap((line): TrialRow[] => {
    try {
      const row = JSON.parse(line) as TrialRow
      return row.type === 'trial' ? [row] : []
    } catch {
      return []
    }
  })
}
