import type { Goal, MeasuredRecord } from './goals.js'
import type { BenchResult, JudgedGoal, Verdict } from './results.js'

/** Every goal with its value, from this run where a bench has it, else from the records. */
export function judge(
  goals: readonly Goal[],
  records: readonly MeasuredRecord[],
  benches: readonly BenchResult[],
): JudgedGoal[] {
  return goals.map((goal) => {
    const value = measuredBy(goal, benches)
    const record = records.find((one) => one.goal === goal.id)
    if (value !== undefined) return ofThisRun(goal, value)
    const failure = failureOf(goal, benches)
    if (record && failure === undefined) return ofRecord(goal, record)
    return withoutValue(goal, failure, record)
  })
}

function measuredBy({ bench, figure }: Goal, benches: readonly BenchResult[]): number | undefined {
  const result = benches.find((one) => one.bench === bench)
  if (result?.outcome !== 'ran' || figure === undefined) return undefined
  return result.ratios[figure] ?? result.figures[figure]
}

export function isWithin({ direction, bound }: Pick<Goal, 'direction' | 'bound'>, value: number): boolean {
  switch (direction) {
    case 'at most':
      return value <= bound
    case 'at least':
      return value >= bound
    case 'below':
      return value < bound
    case 'exactly':
      return value === bound
  }
}

function ofThisRun(goal: Goal, value: number): JudgedGoal {
  const source = goal.command ?? `npm run bench -- ${goal.bench}`
  return row(goal, { value, verdict: isWithin(goal, value) ? 'met' : 'not met', source, isOfThisRun: true })
}

/** Why this run has no value of a bench that it began; undefined where it could not have one. */
function failureOf({ bench, long }: Goal, benches: readonly BenchResult[]): string | undefined {
  const result = benches.find((one) => one.bench === bench)
  if (!result || (long && result.outcome === 'ran')) return undefined
  return result.outcome === 'failed' ? `in this run the bench failed: ${result.error}` : 'this run did not measure it'
}

function ofRecord(goal: Goal, { value, command, commit, date, short, remark }: MeasuredRecord): JudgedGoal {
  const source = `${command} (noted at ${commit.slice(0, 7)}, ${date})`
  const verdict = isWithin(goal, value) ? (short ? 'in part' : 'met') : 'not met'
  const words = [short, remark].filter((part) => part !== undefined).join('; ')
  return row(goal, { value, verdict, source, remark: words === '' ? null : words })
}

/** What was measured before says nothing of a run that should have measured it and has not: it is told, not counted. */
function withoutValue(goal: Goal, failure: string | undefined, before: MeasuredRecord | undefined): JudgedGoal {
  const { bench, command, unit } = goal
  if (bench === undefined)
    return row(goal, { verdict: 'not on record', source: command ?? 'no command measures it yet' })
  const last = before && `${before.value} ${unit} at ${before.commit.slice(0, 7)}, ${before.date}`
  const words = [failure, last].filter((part) => part !== undefined).join('; ')
  const remark = words === '' ? null : words
  return row(goal, { verdict: 'not measured here', source: command ?? `npm run bench -- ${bench}`, remark })
}

/** Goals whose bench ran to its end and yielded no such figure: the bench has lost a row. */
export function lostFigures(goals: readonly Goal[], benches: readonly BenchResult[]): string[] {
  const isLost = (goal: Goal) => {
    const isRun = benches.some(({ bench, outcome }) => bench === goal.bench && outcome === 'ran')
    return isRun && !goal.long && measuredBy(goal, benches) === undefined
  }
  return goals.filter(isLost).map(({ id, bench, figure }) => `${id}: ${bench} yields no ${figure}`)
}

interface Found {
  readonly value?: number
  readonly verdict: Verdict
  readonly source: string
  readonly isOfThisRun?: boolean
  readonly remark?: string | null
}

function row({ id, of, words, direction, bound, unit }: Goal, found: Found): JudgedGoal {
  return { id, of, words, direction, bound, unit, value: null, isOfThisRun: false, remark: null, ...found }
}
