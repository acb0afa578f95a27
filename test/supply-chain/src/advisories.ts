import { z } from 'zod'
import type { Breach } from './types.js'

const auditSchema = z.looseObject({
  vulnerabilities: z.record(
    z.string(),
    z.looseObject({ severity: z.enum(['info', 'low', 'moderate', 'high', 'critical']), range: z.string() }),
  ),
})

/** What `npm audit --json` found; undefined where the registry gave no such answer. */
export function npmAdvisories(output: string): Breach[] | undefined {
  const parsed = auditSchema.safeParse(json(output))
  if (!parsed.success) return undefined
  return Object.entries(parsed.data.vulnerabilities).map(([name, { severity, range }]): Breach => {
    const remedy = 'update it (docs/supply-chain.md)'
    return { rule: 'advisory', where: `${name} ${range}`, what: `has a known weakness (${severity})`, remedy }
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
