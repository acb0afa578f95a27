import { errorMessage, isAbort } from '@montana/foundation'
import type { Manifest, Role } from '../contracts/config.js'
import type { Provider } from '../contracts/provider.js'
import type { PromotionFacts } from '../decide/promotion.js'
import { checkWorkflows, type WorkflowSource } from '../workflows/check.js'

export interface FactsInit {
  readonly replica: Required<Pick<Provider, 'secrets' | 'variables' | 'contents'>>
  readonly manifest: Manifest
  readonly branch: string
  readonly cause: string | null
  /** What was replicated last, where it is known. */
  readonly replicatedTip: string | null
}

const ROLES: readonly string[] = ['MASTER', 'SLAVE', 'TEMPORARY_MASTER']

/** What the preconditions of a promotion rest on, read from the replica just now. Spec repository-mirror 11.1 step 1. */
export async function promotionFacts(init: FactsInit, signal: AbortSignal): Promise<PromotionFacts> {
  const { replica, manifest, branch, cause, replicatedTip } = init
  const variables = new Map(
    (await replica.variables.list(signal)).map(({ name, value }) => [name.toUpperCase(), value]),
  )
  const secrets = new Set((await replica.secrets.list(signal)).map(({ name }) => name.toUpperCase()))
  const role = variables.get('MIRROR_ROLE') ?? ''
  return {
    cause,
    isPromotable: true,
    role: ROLES.includes(role) ? (role as Role) : null,
    liveGates: manifest.gates
      .filter((gate) => variables.get(gate.name.toUpperCase()) !== gate.inert)
      .map(({ name }) => name),
    missingSecrets: manifest.secrets
      .filter(({ name, required }) => required && !secrets.has(name.toUpperCase()))
      .map(({ name }) => name),
    unguardedWorkflows: await unguarded(init, signal),
    tip: await replica.contents.tip(branch, signal),
    replicatedTip,
    credentialProblem: await credentialProblem(init, signal),
  }
}

async function unguarded({ replica, manifest }: FactsInit, signal: AbortSignal): Promise<string[]> {
  const sources: WorkflowSource[] = []
  for (const { file } of manifest.workflows) {
    const text = await replica.contents.file(`.github/workflows/${file}`, null, signal)
    if (text !== null) sources.push({ file, text })
  }
  const bad = checkWorkflows(sources, manifest).filter(
    ({ code }) => code === 'WORKFLOW_UNGUARDED' || code === 'WORKFLOW_UNREADABLE',
  )
  return [...new Set(bad.map(({ file }) => file))]
}

/** By writing: the role as it is, which changes nothing. */
async function credentialProblem({ replica }: FactsInit, signal: AbortSignal): Promise<string | null> {
  try {
    const role = await replica.variables.get('MIRROR_ROLE', signal)
    if (role !== null) await replica.variables.put('MIRROR_ROLE', role, signal)
    return null
  } catch (error) {
    if (isAbort(error)) throw error
    return errorMessage(error)
  }
}
