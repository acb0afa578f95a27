import { type PolicyWithChain, policyChains } from '../policies.js'
import type { ConfigProblem } from '../problem.js'
import type { ReadDocument } from '../read.js'
import { chainProblems, fenceRefProblems } from './chains.js'
import { addressProblems } from './hosts.js'
import { serviceProblems } from './services.js'
import { witnessProblems } from './witnesses.js'

/** What is wrong between the parts, judged also where another part could not be read. Spec three-mirror 2. */
export function draftProblems(read: ReadDocument): ConfigProblem[] {
  const { draft, mentioned } = read
  const { preset, hosts = {}, services = {} } = draft
  const policies = readablePolicies(read)
  const names = [...new Set([...Object.keys(policies), ...mentioned.policies])]
  return [
    ...(mentioned.hosts.length === 0 ? [noHost()] : []),
    ...(preset !== undefined && names.length === 0 ? [noPolicy()] : []),
    ...(mentioned.hosts.length === 0 ? [] : chainProblems(policies, mentioned.hosts)),
    ...fenceRefProblems(policies),
    ...addressProblems(hosts),
    ...serviceProblems(services, preset === undefined ? undefined : names),
    ...witnessProblems(draft, mentioned.witnesses),
  ]
}

/** Without those whose own entry, or whose preset, could not be read. */
function readablePolicies({ draft, mentioned }: ReadDocument): Readonly<Record<string, PolicyWithChain>> {
  const { preset, policies = {} } = draft
  const isReadable = (name: string) => {
    if (!Object.hasOwn(policies, name)) return !mentioned.policies.includes(name)
    return preset !== undefined || policies[name]?.chain !== undefined
  }
  const chains = Object.entries(policyChains(preset ?? 'none', policies))
  return Object.fromEntries(chains.filter(([name]) => isReadable(name)))
}

function noHost(): ConfigProblem {
  const remedy = 'write name: { address: … } for each'
  return { code: 'CONFIG_INVALID', field: 'hosts', message: 'there is no host', remedy }
}

function noPolicy(): ConfigProblem {
  const remedy = 'name a preset (three-mirror, single-chain) or write policies'
  return { code: 'CHAIN_EMPTY', field: 'policies', message: 'there is no policy', remedy }
}
