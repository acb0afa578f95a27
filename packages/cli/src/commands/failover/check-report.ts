import { bounds, type GroupBounds, type GroupConfig, type Warning } from '@montana/failover/settings'

/** The one object that `--json` prints. */
export interface CheckReport {
  readonly file: string
  readonly group: string
  readonly digest: string
  readonly profile: GroupConfig['profile']
  readonly coordinator: 'chain' | 'etcd'
  readonly chains: Readonly<Record<string, readonly string[]>>
  readonly bounds: GroupBounds
  readonly witnesses: readonly { readonly name: string; readonly kind: 'http' | 'git' }[]
  readonly witnessQuorum: number
  /** What the bounds take for granted, in words. */
  readonly condition: string
  /** What the configuration does not promise, in words. */
  readonly edge: string
  readonly warnings: readonly Warning[]
}

export function checkReport(file: string, config: GroupConfig, warnings: readonly Warning[]): CheckReport {
  const { group, digest, profile, coordinator, policies, witnesses, witnessQuorum } = config
  const chains = Object.values(policies).map(({ name, chain }) => [name, chain])
  return {
    file,
    group,
    digest,
    profile,
    coordinator: coordinator.kind,
    chains: Object.fromEntries(chains),
    bounds: bounds(config),
    witnesses: witnesses.map(({ name, kind }) => ({ name, kind })),
    witnessQuorum,
    condition: conditionOf(config),
    edge: edgeOf(config),
    warnings,
  }
}

/** The promise is never made without what it needs. */
function conditionOf({ coordinator, hosts, witnesses, witnessQuorum }: GroupConfig): string {
  if (coordinator.kind === 'etcd') return 'Any one host is enough while etcd has a quorum.'
  const count = Object.keys(hosts).length
  const majority = `${Math.floor(count / 2) + 1} of ${count} hosts`
  if (witnesses.length === 0) return `${majority} must be alive and see each other.`
  const quorum = `${witnessQuorum} of ${witnesses.length} witnesses`
  if (coordinator.witnessQuorumFor === 'always')
    return `Any one host is enough while ${quorum} answer; without them none is.`
  return `${majority} must be alive and see each other, or ${quorum} answer; then any one host is enough.`
}

/** Spec three-mirror 8. */
function edgeOf({ coordinator }: GroupConfig): string {
  if (coordinator.kind === 'etcd') return 'If etcd has no quorum, nothing runs.'
  if (coordinator.withoutWitnesses === 'lead')
    return 'Every island leads, however small: almost every partition has two leaders or more.'
  return 'If fewer than a majority are alive and the witness quorum is down, nothing runs.'
}
