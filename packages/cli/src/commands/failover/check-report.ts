import { bounds, type GroupBounds, type GroupConfig, type Warning } from '@montana/failover'

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
  /** What the configuration does not promise, in words. */
  readonly edge: string
  readonly warnings: readonly Warning[]
}

/** Spec three-mirror 8. */
const EDGE = {
  chain: 'If fewer than a majority are alive and the witness quorum is down, nothing runs.',
  etcd: 'If etcd has no quorum, nothing runs.',
} as const

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
    edge: EDGE[coordinator.kind],
    warnings,
  }
}
