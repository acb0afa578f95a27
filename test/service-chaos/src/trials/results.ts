import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { nameOf } from './plan.js'
import type { Job, TrialRow } from './types.js'

/** Rows of a file of JSON lines, each written when its trial is over: whoever comes back goes on behind the last. */
export class Results {
  readonly #path: string
  readonly #rows: TrialRow[]

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    this.#rows = existsSync(path) ? rowsIn(readFileSync(path, 'utf8')) : []
  }

  get rows(): readonly TrialRow[] {
    return this.#rows
  }

  add(row: TrialRow): void {
    this.#rows.push(row)
    appendFileSync(this.#path, `${JSON.stringify(row)}\n`)
  }

  isDone(job: Job): boolean {
    return this.#rows.some((row) => row.outcome === 'counted' && nameOf(row) === nameOf(job))
  }

  attemptsOf(job: Job): number {
    return this.#rows.filter((row) => nameOf(row) === nameOf(job)).length
  }
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
