import { canonicalJson } from '@montana/foundation'
import { type Counts, DISPOSITIONS, type Finding, METHODS, type Register, SEVERITIES } from './schema.js'

/** What a reader would count by hand: every finding once in each of the three. */
export function tally(findings: readonly Finding[]): Counts {
  return {
    total: findings.length,
    severity: countBy(SEVERITIES, findings, ({ severity }) => severity),
    disposition: countBy(DISPOSITIONS, findings, ({ disposition }) => disposition.state),
    method: countBy(METHODS, findings, ({ found }) => found.method),
  }
}

function countBy<K extends string>(keys: readonly K[], findings: readonly Finding[], keyOf: (one: Finding) => K) {
  const counts = keys.map((key) => [key, findings.filter((one) => keyOf(one) === key).length] as const)
  return Object.fromEntries(counts) as Record<K, number>
}

/** Tallies that do not reconcile, and ids that are doubled or leave a gap: a row that was dropped. */
export function tallyFaults({ counts, findings }: Pick<Register, 'counts' | 'findings'>): string[] {
  const stated = canonicalJson(counts) === canonicalJson(tally(findings))
  const faults = stated ? [] : ['the counts are not those of the findings']
  for (const [prefix, numbers] of numbersOf(findings)) {
    const gap = numbers.findIndex((number, index) => number !== index + 1)
    if (gap >= 0) faults.push(`${prefix}-${gap + 1} is missing, or an id of ${prefix} stands twice or out of order`)
  }
  return faults
}

function numbersOf(findings: readonly Finding[]): Map<string, number[]> {
  const numbers = new Map<string, number[]>()
  for (const { id } of findings) {
    const [prefix = '', number] = id.split('-')
    numbers.set(prefix, [...(numbers.get(prefix) ?? []), Number(number)])
  }
  return numbers
}
