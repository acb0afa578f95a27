import { HOSTS } from '@montana/trials'
import type { ServiceGroup } from '../group/service-group.js'
import type { Scenario } from './types.js'

/** What the fault is for each scenario, and how it is taken back. */
export async function strike({ group, network }: ServiceGroup, scenario: Scenario, host: string): Promise<void> {
  if (scenario === 'kill') await group.killHost(host)
  else if (scenario === 'freeze') group.freezeHost(host)
  else network.setPlug(host, false)
}

/** A thawed host and one that is back on the network go on as they are; the dead are started. */
export function restore(service: ServiceGroup, scenario: Scenario, host: string): void {
  const { group, network, thaws } = service
  if (scenario === 'cut') network.setPlug(host, true)
  if (scenario === 'freeze') {
    thaws.push({ host, atMs: Date.now() })
    group.host(host).thaw()
  }
  for (const name of HOSTS) if (!group.host(name).isRunning) group.host(name).start()
}
