import { z } from 'zod'
import type { Manifest, WorkflowRoles } from '../contracts/config.js'
import { MINUTE_MS, NAMES_MAX } from './constants.js'

/** Half a day: a check that takes longer proves nothing in time. No special reason for the exact number. */
const CHECK_MINUTES_MAX = 720
const CHECK_MINUTES = 10
/** Documented limit of GitHub for the inputs of a dispatch. */
const INPUTS_MAX = 25
const VALUE_CHARACTERS_MAX = 49_152

/** Spec repository-mirror 8.3. */
export const DEFAULT_WORKFLOWS: readonly WorkflowRoles[] = [
  { file: 'cron.yml', primary: true, replica: false, temporary: true },
  { file: 'deploy-site.yml', primary: true, replica: false, temporary: true },
  { file: 'test.yml', primary: true, replica: false, temporary: false },
  { file: 'sentinel.yml', primary: false, replica: true, temporary: true },
]

const named = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'a name of letters, digits and _')
const text = z.string({ error: 'a text' }).max(VALUE_CHARACTERS_MAX, `at most ${VALUE_CHARACTERS_MAX} characters`)
const flag = z.boolean({ error: 'true or false' })
const file = z.string({ error: 'a text' }).regex(/^[A-Za-z0-9._-]{1,200}\.ya?ml$/, 'a file such as cron.yml, no folder')
const field = z.string({ error: 'a text' }).regex(/^[A-Za-z0-9_.-]{1,100}$/, 'the name of a field')
/** Inside the repository: it is read from, and written to, a checkout. */
const path = z
  .string({ error: 'a text' })
  .regex(/^(?![/~])(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]{1,1000}$/, 'a path inside')

/** Says in our words what it is not; a field too many has words of its own. */
function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: ({ code }) => (code === 'invalid_type' ? 'an object' : undefined) })
}

/** Names, files and paths are given once: two entries would want two things. */
function listOf<Item extends z.ZodType>(item: Item, keyOf: (entry: z.output<Item>) => string) {
  const list = z.array(item, { error: 'a list' }).max(NAMES_MAX, `at most ${NAMES_MAX} entries`)
  return list.superRefine((entries, context) => {
    const keys = entries.map(keyOf)
    const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index)
    if (twice >= 0) context.addIssue({ code: 'custom', path: [twice], message: 'an entry that is not there yet' })
  })
}

const upper = ({ name }: { name: string }) => name.toUpperCase()

const check = object({
  workflow: file,
  inputs: z
    .record(field, text, { error: 'a map of texts' })
    .refine((inputs) => Object.keys(inputs).length <= INPUTS_MAX, `at most ${INPUTS_MAX} inputs`)
    .default({}),
  timeoutMinutes: z
    .int({ error: 'a whole number' })
    .min(1, 'at least 1')
    .max(CHECK_MINUTES_MAX, `at most ${CHECK_MINUTES_MAX}`)
    .default(CHECK_MINUTES),
}).transform(({ workflow, inputs, timeoutMinutes }) => ({ workflow, inputs, timeoutMs: timeoutMinutes * MINUTE_MS }))

/** Every field of `montana.mirror.json`. Spec repository-mirror 3.3. */
export const manifestSchema = object({
  secrets: listOf(object({ name: named, required: flag.default(false) }), upper).default([]),
  variables: listOf(object({ name: named }), upper).default([]),
  gates: listOf(object({ name: named, inert: text, live: text }), upper).default([]),
  notCopied: listOf(named, (name) => name.toUpperCase()).default([]),
  workflows: listOf(object({ file, primary: flag, replica: flag, temporary: flag }), ({ file: name }) => name).default([
    ...DEFAULT_WORKFLOWS,
  ]),
  ledgers: listOf(
    object({
      path,
      format: z.enum(['ndjson', 'json-array'], { error: 'ndjson or json-array' }),
      id: field,
      at: field.nullable().default(null),
    }),
    (ledger) => ledger.path,
  ).default([]),
  check: check.nullable().default(null),
}) satisfies z.ZodType<Manifest>
