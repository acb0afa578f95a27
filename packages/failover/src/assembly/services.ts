import type { Logger } from '@montana/foundation'
import { joinServices } from '../agent/policy-services.js'
import type { PolicyServices } from '../agent/ports.js'
import type { GroupConfig, ServiceConfig } from '../config/types.js'
import { HealthWatch } from '../health/watch.js'
import type { Guard } from '../keeper/guard.js'
import { commandForm } from '../runner/command-service.js'
import { createService, type ServiceForm } from '../runner/service.js'
import type { EpochFolder } from '../state/epoch-files.js'

export interface ServiceModules {
  readonly epochs: EpochFolder
  readonly logger: Logger
  readonly guard: Pick<Guard, 'began' | 'ended'>
}

/** Every policy with all services that are bound to it; one without any is a role and nothing else. */
export function createPolicyServices(
  config: GroupConfig,
  self: string,
  modules: ServiceModules,
): Record<string, PolicyServices> {
  const services = Object.values(config.services)
  const entries = Object.keys(config.policies).map((policy) => {
    const bound = services.filter((service) => service.policy === policy)
    return [policy, joinServices(bound.map((service) => open(config, self, service, modules)))] as const
  })
  return Object.fromEntries(entries)
}

function open(config: GroupConfig, self: string, service: ServiceConfig, modules: ServiceModules): PolicyServices {
  return createService(service, formOf(config, self, service, modules), new HealthWatch(service))
}

function formOf({ group }: GroupConfig, host: string, service: ServiceConfig, modules: ServiceModules): ServiceForm {
  const { epochs, logger, guard } = modules
  const shared = { group, host, epochFile: epochs.pathOf(service.policy), logger }
  const onGroup = (id: number | null) => {
    if (id === null) guard.ended(service.name)
    else guard.began(service.name, id)
  }
  if ('command' in service.run) return commandForm(service, service.run, { ...shared, onGroup })
  throw new RangeError('not yet')
}
