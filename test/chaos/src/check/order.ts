import type { TimedRead } from '../history/types.js'
import { LABELS } from '../mesh/constants.js'
import type { Rule, Violation } from './types.js'

/**
 * The window of one node is a register that only grows: a read that began after another one had ended does not answer
 * less, restarts in between or not. For such a register this is linearizability.
 */
export const order: Rule = ({ reads }) =>
  LABELS.flatMap((label) => goingBack(reads.filter((read) => read.label === label)))

function goingBack(reads: readonly TimedRead[]): Violation[] {
  const byStart = [...reads].sort((a, b) => a.startMs - b.startMs)
  const byEnd = [...reads].sort((a, b) => a.endMs - b.endMs)
  const violations: Violation[] = []
  let [ended, highest] = [0, byEnd[0]]
  for (const read of byStart) {
    for (let next = byEnd[ended]; next && next.endMs < read.startMs; next = byEnd[++ended]) {
      if (!highest || next.window > highest.window) highest = next
    }
    if (ended === 0 || !highest || read.window >= highest.window) continue
    const message = `${read.label} answered window ${read.window} after it had answered ${highest.window}`
    violations.push({ rule: 'order', message })
  }
  return violations
}
