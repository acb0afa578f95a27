import type { JudgedGoal, Verdict } from './results.js'

/** A mark beside the word, so that nobody needs the colour. */
export const MARKS: Readonly<Record<Verdict, string>> = {
  met: '✓',
  'not met': '✗',
  'in part': '◐',
  'not measured here': '–',
  'not on record': '?',
}

/** Worst first. */
export const ORDER: readonly Verdict[] = ['not met', 'in part', 'not measured here', 'not on record', 'met']

/** How many of each verdict, worst first; none of those that are not there. */
export function countsOf(goals: readonly Pick<JudgedGoal, 'verdict'>[]): [Verdict, number][] {
  const count = (verdict: Verdict) => goals.filter((goal) => goal.verdict === verdict).length
  return ORDER.map((verdict): [Verdict, number] => [verdict, count(verdict)]).filter(([, many]) => many > 0)
}

/** From which on a number has so many places; a value must not look like its bound where it is not. */
const PLACES: readonly (readonly [from: number, places: number])[] = [
  [1000, 0],
  [100, 1],
  [10, 2],
  [0, 3],
]

/** As many places as say something: 193.7 s, 1.002 s, 1,000 windows. */
export function figureText(value: number, unit: string): string {
  const places = PLACES.find(([from]) => Math.abs(value) >= from)?.[1] ?? 0
  const number = value.toLocaleString('en', { maximumFractionDigits: places })
  return unit === '' ? number : `${number} ${unit}`
}

export function boundWords({ direction, bound, unit }: Pick<JudgedGoal, 'direction' | 'bound' | 'unit'>): string {
  return `${direction} ${figureText(bound, unit)}`
}
