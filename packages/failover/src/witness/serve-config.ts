import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, errorCode, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { nameField } from '../channel/messages/fields.js'

const FILE_MAX_BYTES = 64 * 1024
const GROUPS_MAX = 16
const PORT_MAX = 65_535

const form = z.strictObject({
  /** As the registries list it. */
  name: nameField,
  listen: z.strictObject({ host: z.string().min(1), port: z.int().min(0).max(PORT_MAX) }),
  /** Folder of `identity.bin`, 0700. */
  identityDir: z.string().min(1),
  /** Highest versions of the registries that were seen. */
  stateDir: z.string().min(1),
  groups: z
    .array(z.strictObject({ group: nameField, registry: z.string().min(1), operators: z.string().min(1).optional() }))
    .min(1)
    .max(GROUPS_MAX),
})

export type WitnessConfigFile = z.output<typeof form> & {
  readonly groups: readonly { readonly group: string; readonly registry: string; readonly operators: string }[]
}

/** `witness.yaml`; relative paths start at its folder. Throws ConfigError (78) with every problem. */
export async function loadWitnessConfig(path: string): Promise<WitnessConfigFile> {
  const parsed = form.safeParse(await read(path))
  if (!parsed.success) throw invalid(path, parsed.error)
  const at = (file: string) => resolve(dirname(path), file)
  const { identityDir, stateDir, groups, ...rest } = parsed.data
  return {
    ...rest,
    identityDir: at(identityDir),
    stateDir: at(stateDir),
    groups: groups.map(({ group, registry, operators }) => {
      const file = at(registry)
      return { group, registry: file, operators: operators ? at(operators) : resolve(dirname(file), 'operators.json') }
    }),
  }
}

async function read(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw refused(path, `cannot be read: ${errorCode(error)}`)
  })
  if (bytes.length > FILE_MAX_BYTES) throw refused(path, `has more than ${FILE_MAX_BYTES} bytes`)
  try {
    return parseYaml(bytes.toString('utf8'), { maxAliasCount: 0 })
  } catch (error) {
    throw refused(path, `is not YAML: ${errorMessage(error).split('\n')[0]}`)
  }
}

function invalid(path: string, { issues }: z.ZodError): ConfigError {
  const problems = issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`)
  return refused(path, problems.join('; '), issues[0]?.path.join('.'))
}

function refused(path: string, what: string, field = 'config'): ConfigError {
  const remedy = 'see deploy/witness.example.yaml'
  return new ConfigError(`witness configuration ${path}: ${what}`, { field, remedy })
}
