import type { Manifest } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { PermissionCheck, Provider, TargetIdentity } from '../contracts/provider.js'
import { type RoleSettings, replicaVariables } from './role-variables.js'
import { readBackVariables, writeVariables } from './role-write.js'
import { runSteps, type Step, type StepResult } from './steps.js'
import { reconcileWorkflows } from './workflows.js'

export type ReplicaStep =
  | 'describe'
  | 'test'
  | 'actions-off'
  | 'role'
  | 'read-back'
  | 'fence'
  | 'code'
  | 'workflows'
  | 'actions-on'
  | 'secrets'
  | 'variables'

type Work = (signal: AbortSignal) => Promise<unknown>
type Github = Required<Pick<Provider, 'variables' | 'workflows' | 'contents'>> & Pick<Provider, 'describe' | 'test'>

export interface ReplicaInit {
  readonly provider: Github
  readonly manifest: Pick<Manifest, 'gates' | 'workflows'>
  readonly settings: RoleSettings
  readonly epoch: number
  /** `github:<numeric id>` of the primary: a target that is the primary itself is refused. */
  readonly primaryId: string | null
  /** Actions stay off until the states of the workflows are right; needs the permission Administration. */
  readonly switchActions: boolean
  /** Steps that others know; null where the configuration leaves one out. */
  readonly fence: Work
  readonly code: Work
  readonly secrets: Work | null
  readonly variables: Work | null
}

/**
 * The order of spec repository-mirror 8.2, for a new target and after any doubt: nothing can act on it before its role was
 * read back, and no secret is there before everything else is right. Never throws but for an abort.
 */
export function configureReplica(init: ReplicaInit, signal: AbortSignal): Promise<readonly StepResult<ReplicaStep>[]> {
  return runSteps(replicaSteps(init), signal)
}

function replicaSteps(init: ReplicaInit): readonly Step<ReplicaStep>[] {
  const { provider, manifest, settings, epoch, switchActions } = init
  const wanted = replicaVariables(manifest, settings, epoch)
  const { variables, workflows, contents } = provider
  const actions =
    (enabled: boolean): Work =>
    (signal) =>
      workflows.setActions(enabled, signal)
  const states: Work = (signal) => reconcileWorkflows({ control: workflows, contents, manifest, role: 'SLAVE' }, signal)
  return [
    step('describe', async (signal) => requireOther(await provider.describe(signal), init.primaryId)),
    step('test', async (signal) => requireGranted(await collect(provider.test(signal)))),
    ...(switchActions ? [step('actions-off', actions(false))] : []),
    step('role', (signal) => writeVariables(variables, wanted, signal)),
    step('read-back', (signal) => readBackVariables(variables, wanted, signal)),
    step('fence', init.fence),
    step('code', init.code),
    step('workflows', states),
    ...(switchActions ? [step('actions-on', actions(true))] : []),
    ...(init.secrets === null ? [] : [step('secrets', init.secrets)]),
    ...(init.variables === null ? [] : [step('variables', init.variables)]),
  ]
}

function step(name: ReplicaStep, work: Work): Step<ReplicaStep> {
  return {
    name,
    run: async (signal) => {
      await work(signal)
    },
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Spec repository-mirror 7.1: names are compared nowhere. */
function requireOther({ id, archived, canonicalName }: TargetIdentity, primaryId: string | null): void {
  if (id === primaryId)
    throw new MirrorError('TARGET_IS_PRIMARY', `${canonicalName} is the primary itself`, {
      remedy: 'Give the slot a repository of another account.',
    })
  if (archived)
    throw new MirrorError('PRECONDITION', `${canonicalName} is archived: nothing can be written to it`, {
      remedy: 'Unarchive the repository, or take another one.',
    })
}

function requireGranted(checks: readonly PermissionCheck[]): void {
  const missing = checks.filter(({ granted, needed }) => granted === false && !needed.includes('optional'))
  if (missing.length === 0) return
  const list = missing.map(({ name, needed }) => `${name}: ${needed}`)
  throw new MirrorError('TARGET_FORBIDDEN', `the credential lacks ${list.join(', ')}`, {
    remedy: missing.map(({ remedy }) => remedy ?? '').join(' '),
  })
}
