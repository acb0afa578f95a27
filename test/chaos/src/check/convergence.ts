import { LABELS } from '../mesh/constants.js'
import { BOUNDS } from './bounds.js'
import { maxOf } from './max.js'
import type { Rule, Violation } from './types.js'

/** After the last healing all stores hold one history, each window from the first to the last. */
export const convergence: Rule = ({ stored }) => {
  const heads = LABELS.map((label) => {
    const windows = new Set(stored.filter((row) => row.label === label).map(({ window }) => window))
    return { label, windows, head: maxOf(windows) }
  })
  const highest = Math.max(...heads.map(({ head }) => head))
  return heads.flatMap(({ label, windows, head }): Violation[] => {
    const behind = highest - head
    const missing = Array.from({ length: head }, (_, index) => index + 1).filter((window) => !windows.has(window))
    const gaps = missing.map((window) => `${label} lacks window ${window}`)
    const late = behind > BOUNDS.windowsApartAtEnd ? [`${label} ended at window ${head}, others at ${highest}`] : []
    return [...gaps, ...late].map((message) => ({ rule: 'convergence', message }))
  })
}
