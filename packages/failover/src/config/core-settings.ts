import type { CoreSettings, PolicySettings, WitnessSettings } from '../core/api.js'
import { type Epoch, NO_EPOCH } from '../epoch.js'
import { bounds, promoteMsOf } from './bounds/bounds.js'
import { witnessTimes } from './bounds/witness-times.js'
import type { GroupConfig } from './types.js'

/** What the core must know that no file says. */
export interface CoreExtras {
  readonly bootId: string
  readonly hasAmnesia: boolean
  /** Highest epoch of the durable file, per policy. */
  readonly durableEpochs: Readonly<Record<string, Epoch>>
}

/** The configuration as the decision core of host `self` wants it. Pure. */
export function toCoreSettings(config: GroupConfig, self: string, extras: CoreExtras): CoreSettings {
  const { group, digest, hosts, witnessQuorum } = config
  return {
    group,
    self,
    bootId: extras.bootId,
    configDigest: digest,
    hosts: Object.keys(hosts),
    policies: policySettings(config, extras),
    timing: timing(config),
    witnesses: witnessSettings(config),
    witnessQuorum,
    coordinator: coordinatorSettings(config),
    hasAmnesia: extras.hasAmnesia,
  }
}

function policySettings(config: GroupConfig, { durableEpochs }: CoreExtras): Record<string, PolicySettings> {
  const { policies } = bounds(config)
  const settings = Object.values(config.policies).map(({ name, chain, failback, holdDownMs }): PolicySettings => {
    const boundMs = policies[name]?.worstMs ?? config.maxRecoveryMs
    const durableEpoch = durableEpochs[name] ?? NO_EPOCH
    return {
      name,
      chain: [...chain],
      failback,
      holdDownMs,
      promoteMs: promoteMsOf(config, name),
      boundMs,
      durableEpoch,
    }
  })
  return Object.fromEntries(settings.map((policy) => [policy.name, policy]))
}

function timing(config: GroupConfig): CoreSettings['timing'] {
  const { intervalMs, timeoutMs, misses, confirmMs, isBurst } = config.profile
  const { isolateAfterMs, killBudgetMs, startupDelayMs, maxLagMs } = config
  const ours = { isolateAfterMs, killBudgetMs, startupDelayMs, maxLagMs }
  return { intervalMs, timeoutMs, misses, confirmMs, isBurst, ...ours }
}

function witnessSettings(config: GroupConfig): WitnessSettings[] {
  return config.witnesses.map((witness) => {
    const { isSlow, stalenessMs, windowMs } = witnessTimes(witness, config)
    return { name: witness.name, isSlow, stalenessMs, windowMs }
  })
}

function coordinatorSettings({ coordinator }: GroupConfig): CoreSettings['coordinator'] {
  if (coordinator.kind === 'chain') return { ...coordinator }
  return { kind: 'etcd', ttlMs: coordinator.ttlSeconds * 1000, isShared: coordinator.isShared }
}
