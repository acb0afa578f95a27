import type { Goal, MeasuredRecord } from '../suite/goals.js'
import { isWithin } from '../suite/judge.js'
import type { ToldFigure } from './told.js'

export interface Origin {
  readonly command: string
  readonly commit: string
  /** Day in UTC, YYYY-MM-DD. */
  readonly date: string
}

/** The record that a run makes for `goal`; undefined where it told nothing. Told more than once, the worst counts. */
export function recordOf(goal: Goal, told: readonly ToldFigure[], origin: Origin): MeasuredRecord | undefined {
  const [first, ...others] = told.filter((figure) => figure.goal === goal.id)
  if (first === undefined) return undefined
  const { value, short } = others.reduce((worst, next) => worse(goal, worst, next), first)
  return { goal: goal.id, value, unit: goal.unit, ...origin, ...(short !== undefined && { short }) }
}

function worse(goal: Goal, one: ToldFigure, other: ToldFigure): ToldFigure {
  if (goal.direction === 'exactly') return isWithin(goal, one.value) ? other : one
  const isOtherWorse = goal.direction === 'at least' ? other.value < one.value : other.value > one.value
  return isOtherWorse ? other : one
}

/** In the order of the goals; `news` takes the place of what was on record for the same goals. */
export function mergeRecords(
  goals: readonly Goal[],
  records: readonly MeasuredRecord[],
  news: readonly MeasuredRecord[],
): MeasuredRecord[] {
  const byGoal = new Map([...records, ...news].map((record) => [record.goal, record]))
  return goals.flatMap(({ id }) => byGoal.get(id) ?? [])
}
