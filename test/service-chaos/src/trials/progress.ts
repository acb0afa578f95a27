import { nowMs } from '@montana/chaos/program'
import { BOUNDS } from './bounds.js'
import { nameOf } from './plan.js'
import { isFinal } from './results.js'
import type { TrialRow } from './types.js'

/** As measured on two cores; replaced by what this run measures. */
const FIRST_GUESS_MS = 14_000

export interface ProgressInit {
  readonly total: number
  readonly done: number
  readonly groups: number
  onLine(line: string): void
}

/** Tells each trial, and how long the rest will take. */
export class Progress {
  readonly #init: ProgressInit
  readonly #beganMs = nowMs()
  #counted: number
  #told = 0

  constructor(init: ProgressInit) {
    this.#init = init
    this.#counted = init.done
  }

  begin(results: string): void {
    const { total, done, groups, onLine } = this.#init
    const restMs = ((total - done) * FIRST_GUESS_MS) / groups
    const known = done > 0 ? `, ${done} of them are in ${results}` : ''
    onLine(`${total} trials${known}; ${groups} groups at a time, about ${minutes(restMs)} min`)
  }

  readonly row = (row: TrialRow): void => {
    this.#told++
    if (isFinal(row)) this.#counted++
    const left = this.#init.total - this.#counted
    const restMs = ((nowMs() - this.#beganMs) / this.#told) * left
    this.#init.onLine(`${this.#counted}/${this.#init.total} ${textOf(row)}; about ${minutes(restMs)} min left`)
  }
}

function textOf(row: TrialRow): string {
  const { group, leader, next, gap_ms, stall_ms, waiting_percent, outcome, reason, violations } = row
  const gap = gap_ms === null ? 'nobody served' : `gap ${(gap_ms / 1_000).toFixed(2)} s`
  const host = `host: stall ${stall_ms} ms, waiting ${waiting_percent ?? '?'} %`
  const why = outcome === 'stalled' ? `; the host stood still for more than ${BOUNDS.stallMs} ms: again` : ''
  const voided = reason === null ? '' : `; ${outcome === 'failed' ? 'FAILED' : 'void'}: ${reason}`
  const wrong = violations.map((text) => `; VIOLATION ${text}`).join('')
  return `${nameOf(row)} on ${group}: ${leader ?? '?'} → ${next ?? '?'} ${gap}; ${host}${why}${voided}${wrong}`
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(0)
}
