import { systemTime } from '@montana/foundation'
import type { ConsoleOptions } from '../options.js'
import { Audit } from './audit.js'
import { Orders } from './orders.js'
import type { FailoverRoutes } from './routes.js'
import { FailoverSampler } from './sampler.js'

/** What the failover routes work with; undefined where no agent is configured. */
export async function openFailover(options: ConsoleOptions, signal: AbortSignal): Promise<FailoverRoutes | undefined> {
  const { failover = [], time = systemTime, operator = 'operator', auditPath } = options
  if (failover.length === 0) return undefined
  const sampler = new FailoverSampler(failover, time, signal)
  const audit = await Audit.open(auditPath, time)
  return { sampler, audit, orders: new Orders({ sampler, audit, operator, signal }) }
}
