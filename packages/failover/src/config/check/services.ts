import type { ConfigProblem } from '../problem.js'
import type { Document } from '../read.js'
import { suggestion } from '../suggestion.js'

type Service = Document['services'][string]

/**
 * A service belongs to a policy, can be started in one way, and can be told from a dead one. `policies` undefined: which
 * there are could not be read. Spec three-mirror 2.
 */
export function serviceProblems(
  services: Readonly<Record<string, Service>>,
  policies: readonly string[] | undefined,
): ConfigProblem[] {
  return Object.entries(services).flatMap(([name, service]) => [
    ...policyProblems(name, service, policies),
    ...runProblems(name, service),
    ...healthProblems(name, service),
  ])
}

function policyProblems(name: string, { policy }: Service, policies: readonly string[] | undefined): ConfigProblem[] {
  const field = `services.${name}.policy`
  if (policy === undefined) {
    const remedy = policies === undefined ? 'name one' : `name one of ${policies.join(', ')}`
    return [{ code: 'SERVICE_POLICY', field, message: `service ${name} has no policy`, remedy }]
  }
  if (policies === undefined || policies.includes(policy)) return []
  const message = `service ${name} names the policy ${policy}, which does not exist`
  return [{ code: 'SERVICE_POLICY', field, message, remedy: suggestion(policy, policies) }]
}

function runProblems(name: string, { run = {} }: Service): ConfigProblem[] {
  const forms = [run.unit, run.command, run.http].filter((form) => form !== undefined)
  if (forms.length === 1 && (run.cwd === undefined || run.command !== undefined)) return []
  const message = `service ${name} needs exactly one way to run`
  const remedy = 'write one of unit, command (with cwd if wanted) and http'
  return [{ code: 'SERVICE_RUN', field: `services.${name}.run`, message, remedy }]
}

function healthProblems(name: string, { health = [], ready = [] }: Service): ConfigProblem[] {
  const aged = [...health, ...ready].some(
    (check) => check.kind === 'http' && check.maxAgeMs !== undefined && check.progressField === undefined,
  )
  return [...(health.length === 0 ? [noHealth(name)] : []), ...(aged ? [ageOfNothing(name)] : [])]
}

function noHealth(name: string): ConfigProblem {
  const message = `service ${name} has no health check`
  const remedy = 'write at least one of command, http, tcp and unit: a process that exists may be dead'
  return { code: 'SERVICE_HEALTH', field: `services.${name}.health`, message, remedy }
}

function ageOfNothing(name: string): ConfigProblem {
  const message = `service ${name} has a check with maxAgeMs, but without the progressField that must not stand still for longer`
  return { code: 'SERVICE_HEALTH', field: `services.${name}.health`, message, remedy: 'name the progressField' }
}
