import { bounds } from '../config/bounds/bounds.js'
import type { GroupConfig } from '../config/types.js'
import type { Mode } from '../core/types.js'
import { buildWorld } from './build-world.js'
import { etcdEnd } from './etcd/sim-etcd.js'
import { witnessEnd } from './network.js'
import { rowsOf } from './rows.js'
import { Links, type Scenario } from './scenario.js'
import type { World } from './world.js'

export interface SimulatedPolicy {
  readonly leaders: readonly { readonly host: string; readonly mode: Mode; readonly epoch: string }[]
  readonly boundMs: number
  /** Rows of the case table of spec three-mirror 8 that apply. */
  readonly rows: readonly number[]
}

export interface SimulationResult {
  readonly policies: Readonly<Record<string, SimulatedPolicy>>
}

const SEED = 1
/** Together, so that it is the first of each chain that leads before anything breaks. */
const START_SPREAD_MS = 10
/** Until the healthy group has its first leaders: start delay, candidacy and promotion, with room to spare. */
const WARM_UP_MS = 20_000
/** Bounds that pass until the picture is taken: the first failover, and whatever follows from it. */
const SETTLE_BOUNDS = 3

/** What would happen: the real decision core of every host, in virtual time. */
export function simulateGroup(config: GroupConfig, scenario: Scenario): SimulationResult {
  const world = buildWorld(config, { seed: SEED, startSpreadMs: START_SPREAD_MS })
  world.run(WARM_UP_MS)
  apply(world, config, scenario)
  const { policies } = bounds(config)
  const worstMs = Math.max(...Object.values(policies).map((policy) => policy.worstMs))
  world.run(SETTLE_BOUNDS * worstMs)
  const rows = rowsOf(config, scenario)
  const entries = Object.keys(config.policies).map((name) => {
    const boundMs = policies[name]?.worstMs ?? config.maxRecoveryMs
    return [name, { leaders: leadersOf(world, name), boundMs, rows }] as const
  })
  return { policies: Object.fromEntries(entries) }
}

function apply(world: World, config: GroupConfig, scenario: Scenario): void {
  const links = new Links(config, scenario)
  const hosts = Object.keys(config.hosts)
  for (const a of hosts) for (const b of hosts) if (links.isCut(a, b)) world.network.setLink(a, b, false)
  for (const [witness, reached] of scenario.witnesses) {
    for (const host of hosts) if (!reached.includes(host)) world.network.setBoth(host, witnessEnd(witness), false)
  }
  breakEtcd(world, config, scenario)
  for (const host of scenario.down) world.crash(host)
  for (const host of scenario.frozen) world.freezeHost(host)
}

/** A member at the address of a host that is down or frozen is so, too. */
function breakEtcd({ etcd, network }: World, config: GroupConfig, { etcd: reaching, down, frozen }: Scenario): void {
  for (const url of etcd?.members.keys() ?? []) {
    const isGone = [...down, ...frozen].some((host) => config.hosts[host]?.address === hostOf(url))
    if (isGone) etcd?.crash(url)
    const without = reaching === null ? [] : Object.keys(config.hosts).filter((host) => !reaching.includes(host))
    for (const host of without) network.setBoth(host, etcdEnd(url), false)
  }
}

/** An IPv6 address without its brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}

function leadersOf(world: World, policy: string): SimulatedPolicy['leaders'] {
  return world.log.acting(policy).map(({ host, epoch }) => {
    const decision = world.host(host).policies.find((found) => found.policy === policy)
    return { host, mode: decision?.mode ?? 'ISOLATED', epoch: String(epoch) }
  })
}
