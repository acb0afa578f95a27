import { HOSTS } from '@montana/trials'
import type { HostFault } from './schedule.js'

/** What one host at a time suffers, and no two at once: a step of the schedule may have two faults. */
const OWN = new Set<HostFault['kind']>(['kill', 'freeze', 'restart', 'cpu', 'clock', 'enospc', 'isolated'])
/** The acting host is always among those: else a run may end without anybody having taken over. */
const AT_LEADER = new Set<HostFault['kind']>(['kill', 'isolated'])

/** Turns faults of one step on those for whom they mean something as things stand; the seed knows of no leader. */
export class Aim {
  readonly #struck: Set<string>

  constructor(faults: readonly HostFault[]) {
    this.#struck = new Set(faults.filter(({ kind }) => OWN.has(kind)).flatMap(({ targets }) => targets))
  }

  at(fault: HostFault, leader: string | undefined): HostFault {
    if (leader === undefined) return fault
    if (AT_LEADER.has(fault.kind)) return this.#instead(fault, leader)
    // Whoever leads already has no epoch to write.
    const isIdle = fault.kind === 'enospc' && fault.targets.some((host) => host === leader)
    const other = HOSTS.find((host) => host !== leader && !this.#struck.has(host))
    return isIdle && other !== undefined ? this.#instead(fault, other) : fault
  }

  /** `host` in place of the first one, unless it has its share. */
  #instead(fault: HostFault, host: string): HostFault {
    const found = HOSTS.find((known) => known === host)
    if (found === undefined || this.#struck.has(found)) return fault
    this.#struck.add(found)
    return { ...fault, targets: [found, ...fault.targets.slice(1)] }
  }
}
