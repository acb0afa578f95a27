import type { Rule, Violation } from './types.js'

/** What a node has once reported as cemented is in its store after the run. */
export const durability: Rule = ({ reads, stored }) => {
  const kept = new Map(stored.map(({ label, window, hash }) => [`${label}/${window}`, hash]))
  const told = new Map<string, string>()
  for (const { label, window, hash, recent } of reads) {
    for (const one of [{ window, hash }, ...recent]) if (one.window > 0) told.set(`${label}/${one.window}`, one.hash)
  }
  return [...told].flatMap(([key, hash]): Violation[] => {
    const found = kept.get(key)
    if (found === hash) return []
    const instead = found === undefined ? 'is not in its store' : `is another one in its store: ${found.slice(0, 12)}`
    return [{ rule: 'durability', message: `${key}: reported as ${hash.slice(0, 12)}, ${instead}` }]
  })
}
