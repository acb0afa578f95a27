import { readFile } from 'node:fs/promises'
import { ConfigError, errorCode, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'

/** Of an installed host; it need not be there. */
export const DEFAULT_ALERT_CONFIG = '/etc/montana/alert.yaml'

const configSchema = z.strictObject({
  /** How this host is called in events; names of hosts are not published. */
  label: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'must be a label: a-z, 0-9 and dashes' })
    .optional(),
  /** Program and arguments; the event is its standard input. */
  hook: z.array(z.string().min(1)).min(1).optional(),
  deadline_s: z.number().int().min(1).max(50).optional(),
})

export type AlertConfig = z.infer<typeof configSchema>

/** Without `path` the file of an installed host, where there is one. Throws {@link ConfigError}. */
export async function loadAlertConfig(path: string | undefined): Promise<AlertConfig> {
  const file = path ?? DEFAULT_ALERT_CONFIG
  const remedy = 'see deploy/alert.example.yaml'
  let document: unknown
  try {
    document = parseYaml(await readFile(file, 'utf8')) ?? {}
  } catch (error) {
    if (path === undefined && errorCode(error) === 'ENOENT') return {}
    throw new ConfigError(`${file} cannot be read: ${errorMessage(error)}`, { field: 'config', remedy, cause: error })
  }
  const parsed = configSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || (issue?.code === 'unrecognized_keys' ? issue.keys.join() : 'config')
  throw new ConfigError(`${file}: ${field}: ${issue?.message}`, { field, remedy })
}
