import type { Logger } from '@montana/foundation'
import type { GroupConfig } from '../config/types.js'
import { FenceThread } from '../keeper/fence-thread.js'
import { Guard, type PolicyService } from '../keeper/guard.js'
import { KeeperProcess } from '../keeper/keeper-process.js'
import { controlGroupFor } from '../process/control-groups.js'

/** What ends a service when nobody decides any more: a thread for a loop that stands still, a process for an agent. */
export function openGuard(config: GroupConfig, logger: Logger): Guard {
  const services = Object.values(config.services).map(({ name, policy, run }): PolicyService => {
    const cgroup = 'command' in run ? controlGroupFor(name) : null
    return { service: name, policy, cgroup, unit: 'unit' in run ? run.unit : null }
  })
  const alarm = (code: string, text: string) => logger.error({ code }, text)
  const layers = services.length === 0 ? [] : [new FenceThread(services, { alarm }), new KeeperProcess({ alarm })]
  return new Guard({ services, silenceMaxMs: config.isolateAfterMs }, layers)
}
