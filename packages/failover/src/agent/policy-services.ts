import type { ServiceHealth } from '../core/types.js'
import type { PolicyServices, Tenure } from './ports.js'

const READY: ServiceHealth = { isHealthy: null, isReady: true, lagMs: 0 }

/** Several services that are bound to one policy, as one: all are master together, or none is. */
export function joinServices(services: readonly PolicyServices[]): PolicyServices {
  const all = (work: (service: PolicyServices) => Promise<void>) => async () => {
    const results = await Promise.allSettled(services.map(work))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
  return {
    promote: (tenure: Tenure, signal) => all((service) => service.promote(tenure, signal))(),
    demote: (init) => all((service) => service.demote(init))(),
    prepare: (signal) => all((service) => service.prepare(signal))(),
    quiesce: (signal) => all((service) => service.quiesce(signal))(),
    fence: () => {
      for (const service of services) service.fence()
    },
    onHealth: (listener) => joinHealth(services, listener),
    close: all((service) => service.close()),
  }
}

function joinHealth(services: readonly PolicyServices[], listener: (health: ServiceHealth) => void): () => void {
  const latest: ServiceHealth[] = services.map(() => READY)
  const stops = services.map((service, index) =>
    service.onHealth((health) => {
      latest[index] = health
      listener(worst(latest))
    }),
  )
  if (services.length === 0) listener(READY)
  return () => {
    for (const stop of stops) stop()
  }
}

/** Unhealthy if one is; not judged while one is not. */
function worst(latest: readonly ServiceHealth[]): ServiceHealth {
  const states = latest.map(({ isHealthy }) => isHealthy)
  return {
    isHealthy: states.includes(false) ? false : states.includes(null) ? null : true,
    isReady: latest.every(({ isReady }) => isReady),
    lagMs: Math.max(0, ...latest.map(({ lagMs }) => lagMs)),
  }
}
