import type { GithubTarget, MirrorConfig, RepositoryName } from '../contracts/config.js'
import type { SecretStore, VariableStore } from '../contracts/provider.js'

/** One name that a guard or a sentinel is handed. The value of a secret is for its store alone. */
export interface InstallItem {
  readonly kind: 'secret' | 'variable'
  readonly name: string
  readonly value: string
}

export interface InstallPlan {
  readonly primary: readonly InstallItem[]
  /** By name of the target. */
  readonly replicas: ReadonlyMap<string, readonly InstallItem[]>
  /** Keys of the configuration without which the plan is not whole. */
  readonly missing: readonly string[]
}

const DEFAULT_API_URL = 'https://api.github.com'

/**
 * What each repository needs for its role: the guard of the primary reaches the fence and takes the epoch back, the
 * sentinel of a replica watches and promotes. `values`: the environment over `.env`. Pure. Spec repository-mirror 3.4, 12.
 */
export function installPlan(config: MirrorConfig, values: ReadonlyMap<string, string>): InstallPlan {
  const targets = config.targets.filter((target): target is GithubTarget => target.type === 'github' && target.enabled)
  const fence = targets.find(({ slot }) => slot === config.fenceSlot)
  const missing = new Set<string>()
  const secret = (name: string, value: string | null | undefined, key: string): InstallItem[] => {
    if (value) return [{ kind: 'secret', name, value }]
    missing.add(key)
    return []
  }
  if (fence === undefined) missing.add('MIRROR_1_REPO')
  const atFence = fence === undefined ? [] : [variable('MIRROR_FENCE_REPO', nameOf(fence.repository))]
  const fenceItems = [
    ...atFence,
    ...secret('MIRROR_FENCE_TOKEN', values.get('MIRROR_FENCE_TOKEN'), 'MIRROR_FENCE_TOKEN'),
  ]
  const own = values.get('MIRROR_SENTINEL_TOKEN') ?? config.primaryToken
  const primary = [
    ...fenceItems,
    ...secret('MIRROR_SENTINEL_TOKEN', own, 'MASTER_TOKEN'),
    ...(config.onRecovery === 'merge' ? [] : [variable('MIRROR_ON_RECOVERY', config.onRecovery)]),
    ...targets.flatMap((target) => [...slotVariables(target), ...slotSecret(target)]),
  ]
  const replicas = targets.filter(({ promotable }) => promotable)
  const ofReplica = (target: GithubTarget): InstallItem[] => [
    ...secret('MIRROR_SENTINEL_TOKEN', target.sentinelToken, `MIRROR_${target.slot}_SENTINEL_TOKEN`),
    ...(target === fence ? [] : fenceItems),
  ]
  const byName = new Map(replicas.map((target) => [target.name, ofReplica(target)]))
  return { primary, replicas: byName, missing: [...missing] }
}

function slotVariables({ slot, repository, apiUrl }: GithubTarget): InstallItem[] {
  const api = apiUrl === DEFAULT_API_URL ? [] : [variable(`MIRROR_${slot}_API_URL`, apiUrl)]
  return [variable(`MIRROR_${slot}_REPO`, nameOf(repository)), ...api]
}

/** An App has no token that lasts: whoever uses one hands its keys over by hand. */
function slotSecret({ slot, credential }: GithubTarget): InstallItem[] {
  return credential.kind === 'token' ? [{ kind: 'secret', name: `MIRROR_${slot}_TOKEN`, value: credential.value }] : []
}

function variable(name: string, value: string): InstallItem {
  return { kind: 'variable', name, value }
}

function nameOf({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`
}

export interface Installed {
  readonly kind: InstallItem['kind']
  readonly name: string
  /** `written`: a secret, whose value cannot be read to be compared. */
  readonly outcome: 'created' | 'updated' | 'written' | 'unchanged'
}

/** Writes what differs; a second time it changes no variable. Throws MirrorError. */
export async function install(
  { secrets, variables }: { readonly secrets: SecretStore; readonly variables: VariableStore },
  items: readonly InstallItem[],
  signal: AbortSignal,
): Promise<Installed[]> {
  const done: Installed[] = []
  for (const { kind, name, value } of items) {
    if (kind === 'secret') {
      const outcome = await secrets.put(name, value, signal)
      done.push({ kind, name, outcome: outcome === 'created' ? outcome : 'written' })
      continue
    }
    const isSame = (await variables.get(name, signal)) === value
    done.push({ kind, name, outcome: isSame ? 'unchanged' : await variables.put(name, value, signal) })
  }
  return done
}
