import { join } from 'node:path'
import { type GroupConfig, loadGroupConfig } from '../../src/settings.js'
import { buildWorld, type WorldChoices } from '../../src/simulation/build-world.js'
import type { World } from '../../src/simulation/world.js'

export const SERVE = 'serve'
/** Of the example, which the groups below are made of. */
export const HOSTS = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk']
/** The promise: spec three-mirror. */
export const RECOVERY_MS = 10_000

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'failover.example.yaml')

/** The five hosts of the example, `fast`, three witnesses; `change` over it. */
export async function exampleGroup(change: Partial<GroupConfig> = {}): Promise<GroupConfig> {
  const { config } = await loadGroupConfig(EXAMPLE)
  return { ...config, ...change }
}

/** The same with the one policy that is looked at. */
export async function servingGroup(change: Partial<GroupConfig> = {}): Promise<GroupConfig> {
  const config = await exampleGroup(change)
  const { serve } = config.policies
  return { ...config, policies: serve ? { serve } : {} }
}

/** The same where a lease of an etcd cluster of three elsewhere decides. */
export async function leasedGroup(change: Partial<GroupConfig> = {}): Promise<GroupConfig> {
  const endpoints = ['e1', 'e2', 'e3'].map((name) => `https://${name}.example:2379`)
  const coordinator = { kind: 'etcd', endpoints, ttlSeconds: 4, isShared: false, onCoordinatorLoss: 'stop' } as const
  return await servingGroup({ coordinator, ...change })
}

export function withFailback(config: GroupConfig, failback: 'auto' | 'never'): GroupConfig {
  const policies = Object.entries(config.policies).map(([name, policy]) => [name, { ...policy, failback }] as const)
  return { ...config, policies: Object.fromEntries(policies) }
}

/** A world whose first leaders act. */
export function startedWorld(config: GroupConfig, choices: WorldChoices): World {
  const world = buildWorld(config, choices)
  world.run(10_000)
  return world
}

export function leadersIn(world: World, policy = SERVE): string[] {
  return world.log.acting(policy).map(({ host }) => host)
}

/** Virtual milliseconds until exactly one host acts, or Infinity after `limitMs`. */
export function untilLeader(world: World, limitMs: number, policy = SERVE): number {
  const startMs = world.nowMs
  while (world.nowMs - startMs < limitMs) {
    if (leadersIn(world, policy).length === 1) return world.nowMs - startMs
    world.run(10)
  }
  return Number.POSITIVE_INFINITY
}

/** Every non-empty set of hosts. */
export function subsetsOf(hosts: readonly string[]): string[][] {
  const count = 2 ** hosts.length
  return Array.from({ length: count - 1 }, (_, index) => hosts.filter((_, bit) => (index + 1) & (2 ** bit)))
}
