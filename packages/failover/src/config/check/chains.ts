import type { PolicyWithChain } from '../policies.js'
import type { ConfigProblem } from '../problem.js'
import { suggestion } from '../suggestion.js'

type Policies = Readonly<Record<string, PolicyWithChain>>

/** Every chain names at least one host, each once, and only hosts of the group. Spec three-mirror 2. */
export function chainProblems(policies: Policies, hosts: readonly string[]): ConfigProblem[] {
  return Object.entries(policies).flatMap(([policy, { chain }]) => {
    const field = `policies.${policy}.chain`
    if (chain.length === 0) return [emptyChain(policy, field)]
    return [...repeated(chain).map((host) => twice(host, field)), ...unknown(chain, hosts, field)]
  })
}

/** Two policies would refuse each other's epochs at the same ref. */
export function fenceRefProblems(policies: Policies): ConfigProblem[] {
  const entries = Object.entries(policies).flatMap(([name, { fenceRef }]) =>
    fenceRef === null ? [] : [{ name, fenceRef }],
  )
  return repeated(entries.map(({ fenceRef }) => fenceRef)).map((fenceRef) => {
    const names = entries.filter((entry) => entry.fenceRef === fenceRef).map(({ name }) => name)
    return {
      code: 'FENCE_REF_SHARED',
      field: `policies.${names.at(-1)}.fenceRef`,
      message: `${names.join(' and ')} have one fenceRef, ${fenceRef}`,
      remedy: 'give each policy a ref of its own',
    }
  })
}

/** Each value that is there more than once, once. */
export function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}

function emptyChain(policy: string, field: string): ConfigProblem {
  return { code: 'CHAIN_EMPTY', field, message: `the chain of ${policy} is empty`, remedy: 'name at least one host' }
}

function twice(host: string, field: string): ConfigProblem {
  return { code: 'CHAIN_DUPLICATE', field, message: `${host} is in the chain twice`, remedy: 'name each host once' }
}

function unknown(chain: readonly string[], hosts: readonly string[], field: string): ConfigProblem[] {
  const missing = [...new Set(chain)].filter((host) => !hosts.includes(host))
  return missing.map((host) => ({
    code: 'HOST_UNKNOWN',
    field,
    message: `${host} is in the chain, but not in hosts`,
    remedy: `add it to hosts, or ${suggestion(host, hosts)}`,
  }))
}
