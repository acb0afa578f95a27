import type { Series } from '../../report/schema.js'
import { brief, interval } from '../numbers.js'
import { type Line, summarise } from './series.js'

/** The figures of a chart in words, for those who do not see it. */
export function describe(series: Series, unit: string, lines: readonly Line[]): string {
  const figures = lines.map(summarise).map((line) => {
    return `${line.label}: ${brief(line.least)} to ${brief(line.most)}, last ${brief(line.last)}`
  })
  return `${interval(series.from, series.to)}, ${unit}. ${figures.join('; ')}.`
}
