import { errorMessage, withTimeout } from '@montana/foundation'
import type { Bound } from '../config/bounds/types.js'
import type { ConfigProblem } from '../config/problem.js'
import type { GroupConfig } from '../config/types.js'
import { FailoverError, type FailoverErrorCode } from '../errors.js'
import { failoverBound } from './chain.js'
import { EtcdCluster, type EtcdConfig } from './etcd/cluster.js'
import { failureOf } from './etcd/failure.js'
import type { EtcdMember } from './etcd/member.js'
import { earlyEndWarnings } from './etcd/releases.js'
import { ttlRaisedMessage } from './etcd/report.js'
import { policyKeys } from './etcd/snapshot.js'
import { PolicyStore } from './etcd/store.js'
import { boundWithTtl } from './lease-time.js'

/** An operator waits for this, not a failover. */
const CHECK_TIMEOUT_MS = 3000

/** As a problem of the configuration, though only the running cluster shows it. */
export interface CoordinatorProblem extends Omit<ConfigProblem, 'code'> {
  readonly code: FailoverErrorCode
}

export interface EndpointCheck {
  readonly url: string
  readonly isAnswering: boolean
  readonly version: string | null
  /** Knows a leader of its cluster. */
  readonly hasLeader: boolean
  readonly message: string | null
}

export interface CoordinatorCheck {
  readonly kind: 'chain' | 'etcd'
  readonly endpoints: readonly EndpointCheck[]
  readonly askedTtlMs: number | null
  /** Null: no lease was granted. */
  readonly grantedTtlMs: number | null
  /** Of each policy, with the time that is granted. */
  readonly bounds: readonly Bound[]
  readonly problems: readonly CoordinatorProblem[]
  /** What keeps nobody from leading, but should be known. */
  readonly warnings: readonly string[]
}

/** Asks the coordinator itself whether the promise can be kept with it. Throws ConfigError for a file it cannot read. */
export async function checkCoordinator(config: GroupConfig, signal: AbortSignal): Promise<CoordinatorCheck> {
  const { coordinator } = config
  if (coordinator.kind === 'etcd') return await checkEtcd(config, coordinator, signal)
  const bounds = Object.keys(config.policies).map((policy) => failoverBound(config, policy))
  return { kind: 'chain', endpoints: [], askedTtlMs: null, grantedTtlMs: null, bounds, problems: [], warnings: [] }
}

async function checkEtcd(config: GroupConfig, etcd: EtcdConfig, signal: AbortSignal): Promise<CoordinatorCheck> {
  const cluster = await EtcdCluster.open(etcd)
  try {
    const endpoints = await Promise.all(cluster.members.map((member) => endpointCheck(member, signal)))
    const granted = await grantedTtl(config, etcd, cluster, signal)
    const ttlMs = typeof granted === 'number' ? granted : etcd.ttlSeconds * 1000
    const bounds = Object.keys(config.policies).map((policy) => boundWithTtl(config, policy, ttlMs))
    const grantProblems = typeof granted === 'number' ? ttlProblems(etcd, granted, bounds) : [granted]
    const problems = [...endpoints.flatMap(endpointProblems), ...grantProblems]
    const grantedTtlMs = typeof granted === 'number' ? granted : null
    const warnings = earlyEndWarnings(endpoints.flatMap(({ version }) => version ?? []))
    return { kind: 'etcd', endpoints, askedTtlMs: etcd.ttlSeconds * 1000, grantedTtlMs, bounds, problems, warnings }
  } finally {
    cluster.close()
  }
}

async function endpointCheck(member: EtcdMember, signal: AbortSignal): Promise<EndpointCheck> {
  const { url } = member
  try {
    const { version, hasLeader } = await withTimeout(CHECK_TIMEOUT_MS, signal, (inner) => member.status(inner))
    return { url, isAnswering: true, version, hasLeader, message: null }
  } catch (error) {
    if (signal.aborted) throw error
    return { url, isAnswering: false, version: null, hasLeader: false, message: errorMessage(error) }
  }
}

/** Of a lease that is asked for, used to read the keys of the group, and given back. */
async function grantedTtl(
  config: GroupConfig,
  etcd: EtcdConfig,
  cluster: EtcdCluster,
  signal: AbortSignal,
): Promise<number | CoordinatorProblem> {
  const [policy = ''] = Object.keys(config.policies)
  const store = new PolicyStore(policyKeys(config.group, policy), cluster, () => 0)
  try {
    const lease = await store.grant(etcd.ttlSeconds, signal)
    await store.read(signal)
    await store.revoke(lease, signal)
    return lease.ttlMs
  } catch (error) {
    return grantProblem(error)
  }
}

function grantProblem(error: unknown): CoordinatorProblem {
  const { kind, message } = failureOf(error)
  const code = error instanceof FailoverError ? error.code : 'ETCD_UNREACHABLE'
  const remedy =
    kind === 'unreachable'
      ? 'start a majority of its members, or correct the endpoints'
      : 'give the user read and write access to /montana/ and correct its password'
  return { code, field: 'coordinator', message: `no lease: ${message}`, remedy }
}

function endpointProblems({ url, isAnswering, hasLeader, message }: EndpointCheck): CoordinatorProblem[] {
  if (isAnswering && hasLeader) return []
  const text = isAnswering ? `${url} knows no leader of its cluster` : `${url} does not answer: ${message}`
  const remedy = 'start it, or correct the endpoint'
  return [{ code: 'ETCD_UNREACHABLE', field: 'coordinator.endpoints', message: text, remedy }]
}

function ttlProblems({ ttlSeconds }: EtcdConfig, grantedMs: number, bounds: readonly Bound[]): CoordinatorProblem[] {
  const [field, remedy] = ['coordinator.ttlSeconds', 'give etcd a shorter election timeout, or raise maxRecoveryMs']
  const broken = bounds.filter(({ isKept }) => !isKept)
  if (grantedMs <= ttlSeconds * 1000) return []
  return broken.map((bound) => ({
    code: 'LEASE_TTL_RAISED',
    field,
    message: ttlRaisedMessage(ttlSeconds, bound),
    remedy,
  }))
}
