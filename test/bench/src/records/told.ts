import { z } from 'zod'

/** What a test has measured for a goal, in the unit of the goal. */
const ToldFigure = z.strictObject({
  goal: z.string(),
  value: z.number(),
  /** What the test does less of than the goal asks. */
  short: z.string().min(1).optional(),
})
export type ToldFigure = z.infer<typeof ToldFigure>

/** Of lines of JSON, one a figure. Throws for any that is none. */
export function readTold(text: string): ToldFigure[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => ToldFigure.parse(JSON.parse(line)))
}
