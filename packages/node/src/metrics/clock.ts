import type { MetricsRegistry } from '@montana/foundation'
import { following, gauge, one } from './kinds.js'

/** From one segment of a small clock to a whole window on one core: spec operations 14. */
const VERIFY_BUCKETS_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** The own clock, and how the values of others were checked. */
export function createClockMetrics(registry: MetricsRegistry) {
  const verify = registry.histogram({
    name: 'montana_proof_verify_seconds',
    help: 'Time of checking one proof of a clock value',
    labels: ['policy'] as const,
    buckets: VERIFY_BUCKETS_S,
  })
  const steps = following(
    registry.counter({ name: 'montana_clock_steps_total', help: 'Sequential steps of windows that were ground here' }),
  )
  return {
    difficulty: gauge(registry, 'montana_difficulty_steps', 'Sequential steps of the next window, D'),
    clockSteps: (total: number) => steps({}, total),
    clockRate: gauge(registry, 'montana_clock_steps_per_second', 'Measured rate of the own clock'),
    clockWindow: gauge(registry, 'montana_clock_window_seconds', 'Time of the last window on the own clock'),
    clockBackend: one(
      registry.gauge({
        name: 'montana_clock_backend_info',
        help: '1 for what the clock runs on',
        labels: ['backend'] as const,
      }),
    ),
    proofVerified: (policy: string, seconds: number) => verify.observe({ policy }, seconds),
    proofs: registry.counter({
      name: 'montana_clock_proofs_total',
      help: 'Proofs of clock values that this node asked for, by purpose and verdict',
      labels: ['purpose', 'verdict'] as const,
    }),
  }
}
