import { BOUNDS, REPEATED_SHARE_MAX } from '../trials/bounds.js'
import { nameOf as trialOf } from '../trials/plan.js'
import type { TrialRow } from '../trials/types.js'
import type { Cell } from './cells.js'

export interface Judgement {
  /** `VOID`: nothing is wrong, and too little was done to mean anything. */
  readonly verdict: 'PASS' | 'FAIL' | 'VOID'
  /** What was wrong. */
  readonly failures: readonly string[]
  readonly too_little: readonly string[]
}

/** Of all attempts each violation counts, also of those whose gap does not. Pure. */
export function judgeTrials(cells: readonly Cell[], rows: readonly TrialRow[]): Judgement {
  const failed = rows.filter(({ outcome }) => outcome === 'failed')
  const failures = [
    ...new Set(rows.flatMap(({ violations }) => violations)),
    ...failed.map((row) => `${trialOf(row)}: ${row.reason}`),
    ...cells.flatMap(lateIn),
  ]
  const tooLittle = cells.flatMap(lacksOf)
  const verdict = failures.length > 0 ? 'FAIL' : tooLittle.length > 0 ? 'VOID' : 'PASS'
  return { verdict, failures, too_little: tooLittle }
}

function lacksOf(cell: Cell): string[] {
  const [done, repeated] = [cell.counted + cell.failed, cell.stalled + cell.void]
  const most = Math.max(1, Math.floor(REPEATED_SHARE_MAX * cell.planned))
  return [
    ...(done < cell.planned ? [`${nameOf(cell)}: ${done} of ${cell.planned} trials count`] : []),
    ...(repeated > most ? [`${nameOf(cell)}: ${repeated} trials repeated, at most ${most} may be`] : []),
  ]
}

function lateIn(cell: Cell): string[] {
  const { gap, unserved } = cell
  const over = (what: string, ms: number | null, isOver: (ms: number) => boolean, bound: string) =>
    ms !== null && isOver(ms) ? [`${nameOf(cell)}: ${what} ${ms} ms, bound ${bound}`] : []
  return [
    ...(unserved > 0 ? [`${nameOf(cell)}: ${unserved} times nobody served`] : []),
    ...over('p50', gap.p50_ms, (ms) => ms > BOUNDS.medianMs, `≤ ${BOUNDS.medianMs} ms`),
    ...over('p99', gap.p99_ms, (ms) => ms >= BOUNDS.p99Ms, `< ${BOUNDS.p99Ms} ms`),
    ...over('max', gap.max_ms, (ms) => ms >= BOUNDS.maxMs, `< ${BOUNDS.maxMs} ms`),
  ]
}

function nameOf({ scenario, dead }: Cell): string {
  return `${scenario} with ${dead} dead`
}
