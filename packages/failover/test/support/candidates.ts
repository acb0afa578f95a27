import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import {
  type CoordinatorConfig,
  EtcdCluster,
  type EtcdConfig,
  EtcdCoordinator,
  type GroupConfig,
  type LeaseObservation,
} from '../../src/index.js'
import { group, load } from './group-file.js'

export type EtcdSettings = Partial<Omit<EtcdConfig, 'kind'>>

/** The group of the seeds with this etcd as its coordinator. */
export async function etcdGroup(endpoints: readonly string[], settings: EtcdSettings = {}): Promise<GroupConfig> {
  const { config } = await load(group({ coordinator: { kind: 'etcd', endpoints, ...settings } }))
  return config
}

export function etcdOf({ coordinator }: { readonly coordinator: CoordinatorConfig }): EtcdConfig {
  if (coordinator.kind !== 'etcd') throw new RangeError(coordinator.kind)
  return coordinator
}

export const nowMs = () => performance.now()

/** A host that wants to lead the policy `serve`, with connections of its own; ends with the test. */
export async function candidate(config: GroupConfig, self: string): Promise<EtcdCoordinator> {
  const etcd = etcdOf(config)
  const cluster = await EtcdCluster.open(etcd)
  onTestFinished(() => cluster.close())
  return new EtcdCoordinator({ config, etcd, policy: 'serve', self }, { cluster, nowMs, logger: silentLogger })
}

export interface Seen {
  readonly atMs: number
  readonly lease: LeaseObservation
}

/** What a coordinator observes until the test ends. */
export class Watcher {
  readonly seen: Seen[] = []
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(coordinator: EtcdCoordinator) {
    this.#ended = this.#run(coordinator)
    onTestFinished(() => this.stop())
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  /** The first observation after `fromMs` that `accepts`; throws after `timeoutMs`. */
  async next(accepts: (lease: LeaseObservation) => boolean, { fromMs = 0, timeoutMs = 5000 } = {}): Promise<Seen> {
    const untilMs = nowMs() + timeoutMs
    for (;;) {
      const found = this.seen.find(({ atMs, lease }) => atMs >= fromMs && accepts(lease))
      if (found) return found
      if (nowMs() > untilMs) throw new Error(`not observed: ${this.seen.map(({ lease }) => lease.kind).join(' ')}`)
      await sleep(10)
    }
  }

  async #run(coordinator: EtcdCoordinator): Promise<void> {
    for await (const lease of coordinator.observe(this.#stop.signal)) this.seen.push({ atMs: nowMs(), lease })
  }
}
