import { z } from 'zod'
import { check, names, problem, stepSchema, text } from './shapes.js'

/** Of a promotion or demotion, or of its dry run. */
export const roleReportSchema = z.strictObject({
  id: text,
  change: z.enum(['planned', 'silence', 'force', 'resumed', 'handback']),
  outcome: z.enum(['shown', 'done', 'undone']).describe('shown: of a dry run'),
  conditions: z.array(z.strictObject({ name: text, met: z.boolean(), why: text })),
  plan: names.describe('names of the steps in their order'),
  ...{ steps: z.array(stepSchema), findings: z.array(problem), epochBefore: z.int(), epochAfter: z.int() },
})

const byLayer = z.strictObject({ secrets: names, variables: names })

/** What goes and what stays: names only. */
export const removeReportSchema = z.strictObject({
  ...{ id: text, outcome: z.enum(['shown', 'done']), withdrawn: byLayer },
  kept: byLayer.describe('names that were there before this tool'),
  keys: names.describe('that go from the configuration'),
})

/** Names only, never a value of a secret. */
export const addReportSchema = z.strictObject({
  ...{ id: text, slot: z.int(), keys: names, checks: z.array(check) },
  note: text.nullable().describe('what is left to do by hand'),
})
