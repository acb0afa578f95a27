import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const GOALS = join(import.meta.dirname, '..', '..', 'bench', 'goals.json')
/** Of what is measured; what is counted is told as it is. */
const DIGITS = 4

/**
 * Says what a test has measured for a goal of `bench/goals.json`, in its unit: on stderr for people, and as a line of JSON
 * in the file `$MONTANA_FIGURES` for `npm run records`. `short` is what the test does less of than the goal asks. Throws for
 * a goal that is none, and for no number.
 */
export function tellFigure(goal: string, measured: number, short?: string): void {
  const { goals } = JSON.parse(readFileSync(GOALS, 'utf8')) as { goals: { id: string; unit: string }[] }
  const unit = goals.find(({ id }) => id === goal)?.unit
  if (unit === undefined) throw new Error(`bench/goals.json has no goal '${goal}'`)
  if (!Number.isFinite(measured)) throw new Error(`'${goal}' was not measured: ${measured}`)
  const value = Number.isInteger(measured) ? measured : Number(measured.toPrecision(DIGITS))
  process.stderr.write(`figure: ${goal} ${value} ${unit}${short === undefined ? '' : ` (${short})`}\n`)
  const file = process.env.MONTANA_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ goal, value, short })}\n`)
}
