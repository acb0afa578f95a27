import type { AgentModules } from '../agent/ports.js'
import { monotonicMs } from '../process/monotonic.js'
import { readProcStat } from '../process/proc-stat.js'
import type { GuardedService } from './fence-thread.js'
import type { FenceLayer } from './layer.js'
import type { TimedWard, Ward } from './ward.js'

export interface PolicyService extends GuardedService {
  readonly policy: string
}

export interface GuardInit {
  readonly services: readonly PolicyService[]
  /** A loop that has not turned for so long holds nothing any more: `isolateAfter` of spec three-mirror 4. */
  readonly silenceMaxMs: number
}

type Turn = Parameters<AgentModules['beat']>[0]

/**
 * Keeps the layers informed of what runs and how long it may: until the end of standing or lease, and never longer than
 * the loop may stand still. Nobody has to decide anything for a service to be ended, only to stop renewing.
 */
export class Guard {
  readonly #init: GuardInit
  readonly #layers: readonly FenceLayer[]
  readonly #running = new Map<string, Ward>()
  #actUntilMs: Turn['actUntilMs'] = {}

  constructor(init: GuardInit, layers: readonly FenceLayer[]) {
    this.#init = init
    this.#layers = layers
  }

  /** Folder of the control group of its own that a service has, or null. */
  controlGroupOf(service: string): string | null {
    return this.#find(service).cgroup
  }

  /** A service was started, as this process group or, null, as its unit. */
  began(service: string, group: number | null): void {
    const { cgroup, unit } = this.#find(service)
    const started = group === null ? null : (readProcStat(group)?.started ?? null)
    this.#running.set(service, { service, group, started, cgroup, unit })
    this.#renew()
  }

  /** Nothing of it runs any more. */
  ended(service: string): void {
    this.#running.delete(service)
    this.#renew()
  }

  /** The loop turned. */
  beat({ actUntilMs }: Turn): void {
    this.#actUntilMs = actUntilMs
    this.#renew()
  }

  async close(): Promise<void> {
    await Promise.all(this.#layers.map((layer) => layer.close()))
  }

  #find(service: string): PolicyService {
    const found = this.#init.services.find((candidate) => candidate.service === service)
    if (found) return found
    throw new RangeError(`no service ${service}`)
  }

  #renew(): void {
    const nowMs = monotonicMs()
    // The core's clock and this one run at the same rate from different origins.
    const offsetMs = nowMs - performance.now()
    const { services, silenceMaxMs } = this.#init
    const wards = services.flatMap(({ service, policy }): TimedWard[] => {
      const ward = this.#running.get(service)
      const actUntilMs = this.#actUntilMs[policy] ?? Number.POSITIVE_INFINITY
      return ward ? [{ ...ward, untilMs: Math.min(nowMs + silenceMaxMs, actUntilMs + offsetMs) }] : []
    })
    for (const layer of this.#layers) layer.renew(wards)
  }
}
