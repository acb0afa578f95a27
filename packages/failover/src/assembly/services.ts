import { join } from 'node:path'
import type { Logger } from '@montana/foundation'
import { joinServices } from '../agent/policy-services.js'
import type { PolicyServices } from '../agent/ports.js'
import type { GroupConfig, ServiceConfig } from '../config/types.js'
import { HealthWatch } from '../health/watch.js'
import type { Guard } from '../keeper/guard.js'
import { commandForm } from '../runner/command-service.js'
import { httpForm } from '../runner/http-service.js'
import { createService, type ServiceForm } from '../runner/service.js'
import { unitForm } from '../runner/unit-service.js'
import type { EpochFolder } from '../state/epoch-files.js'

export interface ServiceModules {
  readonly epochs: EpochFolder
  readonly logger: Logger
  readonly guard: Pick<Guard, 'began' | 'ended' | 'controlGroupOf'>
  /** Of this process itself, per policy. */
  readonly hooks: Readonly<Record<string, PolicyServices>>
  /** Folder of what service units look for before they start. */
  readonly tenures: string
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
    const own = modules.hooks[policy]
    const opened = bound.map((service) => open(config, self, service, modules))
    return [policy, joinServices(own ? [...opened, own] : opened)] as const
  })
  return Object.fromEntries(entries)
}

function open(config: GroupConfig, self: string, service: ServiceConfig, modules: ServiceModules): PolicyServices {
  return createService(service, formOf(config, self, service, modules), new HealthWatch(service))
}

function formOf({ group }: GroupConfig, host: string, service: ServiceConfig, modules: ServiceModules): ServiceForm {
  const { epochs, logger, guard, tenures } = modules
  const { run, name } = service
  const shared = { group, host, epochFile: epochs.pathOf(service.policy), logger }
  const onGroup = (id: number | null) => (id === null ? guard.ended(name) : guard.began(name, id))
  if ('command' in run) return commandForm(service, run, { ...shared, cgroup: guard.controlGroupOf(name), onGroup })
  if ('http' in run) return httpForm(service, run.http, shared)
  const [tenureFile, epochFile] = [join(tenures, `tenure-${name}`), join(tenures, `epoch-${service.policy}`)]
  const onRunning = (isRunning: boolean) => (isRunning ? guard.began(name, null) : guard.ended(name))
  return unitForm(service, run.unit, { ...shared, tenureFile, epochFile, onRunning })
}
