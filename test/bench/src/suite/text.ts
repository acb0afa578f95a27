import type { BenchResult, JudgedGoal, Results, Verdict } from './results.js'
import { boundWords, countsOf, figureText, MARKS, ORDER } from './words.js'

/** The results for a terminal: goals by verdict, then what came of each bench. */
export function renderText(results: Results): string {
  const goals = ORDER.flatMap((verdict) =>
    block(
      verdict,
      results.goals.filter((goal) => goal.verdict === verdict),
    ),
  )
  return `${[...goals, ...results.benches.map(benchLine), '', tally(results.goals)].join('\n')}\n`
}

function block(verdict: Verdict, goals: readonly JudgedGoal[]): string[] {
  return goals.length === 0 ? [] : [`${verdict} (${goals.length})`, ...goals.map(goalLine), '']
}

function goalLine(goal: JudgedGoal): string {
  const value = goal.value === null ? '-' : figureText(goal.value, goal.unit)
  const when = goal.isOfThisRun ? 'this run' : goal.source
  return `  ${MARKS[goal.verdict]} ${goal.of}: ${goal.words}: ${value}, ${boundWords(goal)}; ${when}${aside(goal.remark)}`
}

function aside(remark: string | null): string {
  return remark === null ? '' : ` (${remark})`
}

function benchLine(bench: BenchResult): string {
  const seconds = `${Math.round(bench.durationMs / 1000)} s`
  if (bench.outcome === 'failed') return `bench ${bench.bench}: FAILED after ${seconds}: ${bench.error}`
  return `bench ${bench.bench}: rows ${bench.rows.length}, ${seconds}`
}

export function tally(goals: readonly JudgedGoal[]): string {
  const counts = countsOf(goals).map(([verdict, count]) => `${count} ${verdict}`)
  return `goals: ${counts.join(', ')}`
}
