import satisfies from 'spdx-satisfies'
import type { Policy } from './policy.js'
import type { Breach, Dependency } from './types.js'

/** What is under a licence that the policy does not have, and what the policy excepts for nothing. */
export function licenceBreaches(dependencies: readonly Dependency[], policy: Policy): Breach[] {
  const used = new Set<Policy['exceptions'][number]>()
  const breaches = dependencies.flatMap((dependency): Breach[] => {
    if (isAllowed(dependency.licence, policy.licences)) return []
    const exception = policy.exceptions.find(
      (one) => isFor(one.name, dependency, dependencies) && one.licence === dependency.licence,
    )
    if (exception) used.add(exception)
    return exception ? [] : [breach(dependency)]
  })
  return [...breaches, ...policy.exceptions.filter((one) => !used.has(one)).map(idle)]
}

/** Of a choice (`OR`) one suffices; of a sum (`AND`) each is needed. What is no SPDX expression is not allowed. */
export function isAllowed(licence: string | undefined, allowed: readonly string[]): boolean {
  if (licence === undefined) return false
  try {
    return satisfies(modern(licence), [...allowed])
  } catch {
    return false
  }
}

/** Before SPDX, crates wrote a choice with a slash. */
function modern(licence: string): string {
  return licence.replaceAll('/', ' OR ')
}

/** A name that merely begins like it is somebody else's; its parts are those that it names itself. */
function isFor(name: string, dependency: Dependency, all: readonly Dependency[]): boolean {
  const isPart = all.some((one) => one.name === name && one.parts?.includes(dependency.name))
  return dependency.name === name || isPart
}

function breach({ name, version, licence }: Dependency): Breach {
  return {
    rule: 'licence',
    where: `${name} ${version}`,
    what: licence === undefined ? 'names no licence' : `is under ${licence}`,
    remedy: 'take another package, or add an exception with its reason to policy.json',
  }
}

function idle({ name }: { name: string }): Breach {
  return { rule: 'exception', where: name, what: 'is excepted but does not need it', remedy: 'remove the exception' }
}
