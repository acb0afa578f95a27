import { markDoubled } from './doubled.js'
import { type LegacyNode, legacyNodeOf } from './record.js'

/** A node object stands flat in its record; braces cannot occur inside once counters are marked. */
const NODE = /\{"label":[^{}]*\}/g

/** The nodes that are whole within fragments of one record, such as the last lines printed by the seed. */
export function salvagedNodes(fragments: readonly string[]): LegacyNode[] {
  const objects = markDoubled(fragments.join('\n')).match(NODE) ?? []
  return objects.flatMap((text) => nodeOf(text) ?? [])
}

function nodeOf(text: string): LegacyNode | undefined {
  try {
    return legacyNodeOf(JSON.parse(text))
  } catch {
    return undefined
  }
}
