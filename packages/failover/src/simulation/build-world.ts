import { toCoreSettings } from '../config/core-settings.js'
import type { GroupConfig } from '../config/types.js'
import type { LinkQuality } from './network.js'
import { World } from './world.js'

export interface WorldChoices {
  readonly seed: number
  readonly quality?: LinkQuality
  readonly hasSink?: boolean
  readonly startSpreadMs?: number
  /** The time of etcd against that of the hosts. */
  readonly etcdRate?: number
}

/** The group of a configuration in virtual time, as it is started for the first time. */
export function buildWorld(config: GroupConfig, choices: WorldChoices): World {
  const settingsOf = (self: string, bootId: string, durable: ReadonlyMap<string, bigint>, hasAmnesia: boolean) =>
    toCoreSettings(config, self, { bootId, hasAmnesia, durableEpochs: Object.fromEntries(durable) })
  const { coordinator } = config
  const [first = ''] = Object.keys(config.hosts)
  return new World({
    ...choices,
    etcdMembers: coordinator.kind === 'etcd' ? coordinator.endpoints : [],
    settings: settingsOf(first, 'settings', new Map(), false),
    settingsFor: (host) => (bootId, durable, hasAmnesia) => settingsOf(host, bootId, durable, hasAmnesia),
  })
}
