import { MirrorError } from '../../contracts/errors.js'
import { canonicalName, nameProblem, valueProblem } from '../../decide/names.js'

/** The name as the provider stores it; NAME_INVALID before anything is sent. Spec repository-mirror 6.3. */
export function requireName(name: string): string {
  const problem = nameProblem(name)
  if (problem === null) return canonicalName(name)
  throw new MirrorError('NAME_INVALID', `${JSON.stringify(name)}: ${problem}`, { field: name, remedy: 'Rename it.' })
}

/** VALUE_TOO_LARGE; the value itself is not shown. */
export function requireSize(name: string, value: string): void {
  const problem = valueProblem(value)
  if (problem === null) return
  throw new MirrorError('VALUE_TOO_LARGE', `${name}: ${problem}`, {
    remedy: 'Keep it encrypted in the repository, and only its key as a secret.',
    field: name,
  })
}
