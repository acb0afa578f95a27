import { parseDocument } from 'yaml'
import { z } from 'zod'

/** As Actions itself refuses more. */
const BYTES_MAX = 512 * 1024

const step = z.looseObject({
  id: z.string().optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  if: z.unknown().optional(),
  shell: z.unknown().optional(),
  'working-directory': z.unknown().optional(),
  env: z.unknown().optional(),
  with: z.unknown().optional(),
})
const defaults = z.looseObject({ run: z.looseObject({}).optional() }).optional()
const job = z.looseObject({
  defaults,
  env: z.unknown().optional(),
  if: z.union([z.string(), z.boolean()]).optional(),
  steps: z.array(step).optional(),
  uses: z.string().optional(),
  'timeout-minutes': z.union([z.number(), z.string()]).optional(),
})
const workflow = z.looseObject({ defaults, env: z.unknown().optional(), jobs: z.record(z.string(), job) })

export type WorkflowJob = z.infer<typeof job>
export type WorkflowStep = z.infer<typeof step>
export type WorkflowFile = z.infer<typeof workflow>

/** What a check needs of a workflow file; null when it is none. Aliases are not expanded beyond what a file may hold. */
export function parseWorkflow(text: string): WorkflowFile | null {
  if (text.length > BYTES_MAX) return null
  const document = parseDocument(text, { version: '1.2', prettyErrors: false })
  if (document.errors.length > 0) return null
  const read = workflow.safeParse(plainOf(document))
  return read.success ? read.data : null
}

function plainOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    return undefined
  }
}
