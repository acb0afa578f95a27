import { parse } from 'yaml'
import { z } from 'zod'

/** Of an input of `workflow_dispatch`. */
export interface WorkflowInput {
  readonly required: boolean
  readonly default: string | undefined
  readonly options: readonly string[] | undefined
}

/** What the API needs to know of a workflow file; the runner reads it in full. */
export interface WorkflowFile {
  readonly name: string | undefined
  readonly runName: string | undefined
  readonly isScheduled: boolean
  /** Undefined when it cannot be dispatched. */
  readonly inputs: Readonly<Record<string, WorkflowInput>> | undefined
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const input = z
  .object({ required: z.boolean().default(false), default: scalar.optional(), options: z.array(scalar).optional() })
  .nullish()
const events = z.union([
  z.string().transform((name): Record<string, unknown> => ({ [name]: null })),
  z.array(z.string()).transform((names): Record<string, unknown> => Object.fromEntries(names.map((n) => [n, null]))),
  z.record(z.string(), z.unknown()),
])
const schema = z.object({ name: z.string().optional(), 'run-name': z.string().optional(), on: events })
const dispatchSchema = z.object({ inputs: z.record(z.string(), input).nullish() }).nullish()

/** Undefined when the text is no workflow. */
export function readWorkflowFile(text: string): WorkflowFile | undefined {
  const parsed = schema.safeParse(parseYaml(text))
  if (!parsed.success) return undefined
  const { name, on } = parsed.data
  const inputs = 'workflow_dispatch' in on ? dispatchInputs(on.workflow_dispatch) : undefined
  return { name, runName: parsed.data['run-name'], isScheduled: 'schedule' in on, inputs }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function dispatchInputs(value: unknown): Record<string, WorkflowInput> {
  const parsed = dispatchSchema.safeParse(value)
  const declared = Object.entries(parsed.data?.inputs ?? {})
  return Object.fromEntries(
    declared.map(([name, rule]) => [
      name,
      { required: rule?.required ?? false, default: rule?.default, options: rule?.options },
    ]),
  )
}
