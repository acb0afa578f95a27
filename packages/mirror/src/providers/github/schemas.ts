import { z } from 'zod'

/** RFC 3339 to milliseconds since the epoch. */
export const timeMs = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

/** Where only the status counts. */
export const nothing = z.unknown()

const name = z.string().min(1).max(255)
const PAGE_MAX = 100

export const secretPage = z
  .object({ secrets: z.array(z.object({ name, updated_at: timeMs })).max(PAGE_MAX) })
  .transform(({ secrets }) => secrets.map((secret) => ({ name: secret.name, updatedAtMs: secret.updated_at })))

export const publicKey = z.object({ key_id: z.string().min(1).max(100), key: z.base64().max(64) })

/** Documented limit of a value, in bytes; as text it has at most as many characters. */
const VARIABLE_MAX_CHARACTERS = 48 * 1024

export const variable = z
  .object({ name, value: z.string().max(VARIABLE_MAX_CHARACTERS), updated_at: timeMs })
  .transform((entry) => ({ name: entry.name, value: entry.value, updatedAtMs: entry.updated_at }))

export const variablePage = z
  .object({ variables: z.array(variable).max(PAGE_MAX) })
  .transform(({ variables }) => variables)

const WORKFLOW_FOLDER = /^\.github\/workflows\//

export const workflow = z
  .object({
    id: z.int().positive(),
    path: z.string().max(1_000),
    state: z.enum(['active', 'deleted', 'disabled_fork', 'disabled_inactivity', 'disabled_manually']),
  })
  .transform(({ id, path, state }) => ({ id, file: path.replace(WORKFLOW_FOLDER, ''), state }))

export const workflowPage = z
  .object({ workflows: z.array(workflow).max(PAGE_MAX) })
  .transform(({ workflows }) => workflows)

export const run = z.object({
  id: z.int().positive(),
  status: z.string().max(100),
  conclusion: z.string().max(100).nullable(),
  display_title: z.string().max(10_000).nullish(),
})

export const runPage = z.object({ workflow_runs: z.array(run).max(PAGE_MAX) }).transform((page) => page.workflow_runs)

/** 204 has no body. */
export const dispatched = z.union([
  z.object({ workflow_run_id: z.int().positive() }),
  z.literal('').transform(() => null),
])

export const actionsSwitch = z.object({ enabled: z.boolean(), allowed_actions: z.string().max(100).optional() })

export const repository = z.object({
  id: z.int().positive(),
  full_name: z.string().max(200),
  default_branch: z.string().max(1_000).nullish(),
  archived: z.boolean(),
})

/** 1 MiB in base64 with line ends. */
const CONTENT_MAX_CHARACTERS = 2 * 2 ** 20

export const content = z.object({
  type: z.literal('file'),
  encoding: z.literal('base64'),
  content: z.string().max(CONTENT_MAX_CHARACTERS),
})

export const commit = z.object({ sha: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/) })
