import { type ConfigProblem, invalid } from './problem.js'
import { mustBe } from './read-values.js'
import type { Values } from './settings.js'
import { SECRET_PREFIX, secretName, secretValue } from './slot-keys.js'

const ALIAS = 'RENEWAL_TRIGGER_TOKEN'

export interface SlotSecrets {
  /** By name in upper case, as GitHub stores it. */
  readonly secrets: ReadonlyMap<string, string>
  readonly problems: readonly ConfigProblem[]
}

/** `SECRET_<NAME>` and the one alias of the seed. Spec repository-mirror 3.2. */
export function slotSecrets(values: Values, prefix: string): SlotSecrets {
  const secrets = new Map<string, string>()
  const problems: ConfigProblem[] = []
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || !isSecretKey(key)) continue
    const written = key === ALIAS ? ALIAS : key.slice(SECRET_PREFIX.length)
    const name = secretName.safeParse(written)
    const size = secretValue.safeParse(value)
    if (!name.success) problems.push(badName(prefix + key))
    else if (!size.success) problems.push(mustBe(prefix + key, value, size.error.issues[0]?.message ?? 'a secret'))
    else if (secrets.has(name.data)) problems.push(invalid(prefix + key, 'is given twice', 'keep one of them'))
    else secrets.set(name.data, value)
  }
  return { secrets, problems }
}

export function isSecretKey(key: string): boolean {
  return key === ALIAS || key.startsWith(SECRET_PREFIX)
}

function badName(key: string): ConfigProblem {
  const remedy = `write letters, digits and _ behind ${SECRET_PREFIX}; names that begin with GITHUB_ are GitHub's own`
  return invalid(key, 'is no name of a secret', remedy)
}
