import { ETCD_ACQUIRE_MS, ETCD_EXPIRY_MS } from '../constants.js'
import type { CoordinatorConfig, GroupConfig, PolicyConfig, ServiceConfig } from '../types.js'
import { overlapBound } from './overlap.js'
import { boundOf, counted, detection, repeatedTerm, type Term, term } from './terms.js'
import type { Bound, GroupBounds, PolicyBounds } from './types.js'
import { detectMs, type WitnessTimes, witnessTimes } from './witness-times.js'

/** Every bound of every policy. Pure; spec three-mirror 5.4. */
export function bounds(config: GroupConfig): GroupBounds {
  const policies = Object.values(config.policies).map((policy) => [policy.name, policyBounds(config, policy)])
  return {
    policies: Object.fromEntries(policies),
    overlap: config.coordinator.kind === 'chain' ? overlapBound(config) : null,
  }
}

/** All of them in the order in which people read them. */
export function boundList({ policies }: GroupBounds): Bound[] {
  return Object.values(policies).flatMap(({ failover, survivor, services }) => [
    failover,
    ...(survivor === null ? [] : [survivor]),
    ...services,
  ])
}

/** Of the slowest service bound to the policy; without a service that of the profile. */
export function promoteMsOf({ services, profile }: GroupConfig, policy: string): number {
  const own = Object.values(services).filter((service) => service.policy === policy)
  return own.length === 0 ? profile.promoteMs : Math.max(...own.map(({ promoteTimeoutMs }) => promoteTimeoutMs))
}

interface Context {
  readonly config: GroupConfig
  readonly policy: string
  readonly promoteMs: number
}

function policyBounds(config: GroupConfig, { name }: PolicyConfig): PolicyBounds {
  const context = { config, policy: name, promoteMs: promoteMsOf(config, name) }
  const failover = failoverBound(context, config.coordinator)
  const survivor = survivorBound(context, config.coordinator)
  const services = Object.values(config.services).filter(({ policy }) => policy === name)
  return {
    failover,
    survivor,
    services: services.map((service) => serviceBound(context, service)),
    worstMs: Math.max(failover.totalMs, survivor?.totalMs ?? 0),
  }
}

function failoverBound(context: Context, coordinator: CoordinatorConfig): Bound {
  const { config, policy, promoteMs } = context
  const promote = term('promote', promoteMs)
  if (coordinator.kind === 'chain') {
    const terms = [...detection(config.profile), term('confirm', config.profile.confirmMs), promote]
    return boundOf({ kind: 'chain', policy, service: null }, config, terms)
  }
  const expiry = coordinator.isShared ? ETCD_EXPIRY_MS.shared : ETCD_EXPIRY_MS.apart
  const lease = [
    term('ttl', coordinator.ttlSeconds * 1000, 'TTL'),
    term('expiry', expiry),
    term('acquire', ETCD_ACQUIRE_MS),
  ]
  return boundOf({ kind: 'etcd', policy, service: null }, config, [...lease, promote])
}

/** The posts of the dead must have grown stale at every witness that the quorum needs. Null: nobody leads then. */
function survivorBound({ config, policy, promoteMs }: Context, coordinator: CoordinatorConfig): Bound | null {
  if (coordinator.kind !== 'chain') return null
  const slowest = slowestNeeded(config)
  if (slowest === undefined && coordinator.withoutWitnesses === 'stop') return null
  return boundOf({ kind: 'survivor', policy, service: null }, config, [
    ...silence(config, slowest),
    term('confirm', Math.max(config.profile.confirmMs, slowest?.roundMs ?? 0)),
    term('promote', promoteMs),
  ])
}

function silence({ profile }: GroupConfig, slowest: WitnessTimes | undefined): Term[] {
  const stalenessMs = slowest?.stalenessMs ?? 0
  return stalenessMs > detectMs(profile) ? [term('detect', stalenessMs, 'staleness')] : detection(profile)
}

/** The fastest quorum is enough; undefined without witnesses. */
function slowestNeeded(config: GroupConfig): WitnessTimes | undefined {
  const times = config.witnesses.map((witness) => witnessTimes(witness, config))
  return times.sort((a, b) => a.stalenessMs - b.stalenessMs)[config.witnessQuorum - 1]
}

function serviceBound({ config, policy, promoteMs }: Context, service: ServiceConfig): Bound {
  const { healthFailures, healthIntervalMs, healthTimeoutMs, localRestarts, name } = service
  const { killBudgetMs } = config
  return boundOf({ kind: 'service', policy, service: name }, config, [
    repeatedTerm('detect', counted(healthFailures, 'failure'), healthFailures, healthIntervalMs),
    term('detect', healthTimeoutMs, 'timeout'),
    ...(localRestarts === 0 ? [] : [restarts(localRestarts, killBudgetMs + promoteMs)]),
    term('kill', killBudgetMs),
    term('promote', promoteMs),
  ])
}

/** Those in place come first, each with a stop and a start of its own. */
function restarts(count: number, eachMs: number): Term {
  return repeatedTerm('restart', counted(count, 'restart'), count, eachMs)
}
