import { boundList } from '../bounds/bounds.js'
import { secondsText } from '../bounds/seconds.js'
import type { Bound, GroupBounds, OverlapBound } from '../bounds/types.js'
import type { ConfigProblem } from '../problem.js'
import type { GroupConfig } from '../types.js'

/** Every bound that is not below what was declared, with its arithmetic. Spec three-mirror 2 and 5.4. */
export function boundProblems(config: GroupConfig, found: GroupBounds): ConfigProblem[] {
  const broken = boundList(found).filter(({ isKept }) => !isKept)
  const overlap = found.overlap === null || found.overlap.isKept ? [] : [overlapProblem(found.overlap)]
  return [...broken.map((bound) => boundProblem(bound, config)), ...overlap]
}

function boundProblem(bound: Bound, config: GroupConfig): ConfigProblem {
  const { kind, policy, service, formula, totalMs, limit, limitMs } = bound
  const code = kind === 'survivor' ? 'SURVIVOR_BOUND' : 'BOUND'
  const subject = service === null ? policy : `${policy}/${service}`
  const relation = totalMs > limitMs ? '>' : '≥'
  const { field, advice } = wayOut(bound, config)
  const message = `${code} ${subject}: ${formula} ${relation} ${limit} ${secondsText(limitMs)} s; ${advice}`
  return { code, field, message, remedy: `shorten one of the terms, or raise ${limit}` }
}

interface WayOut {
  readonly field: string
  readonly advice: string
}

/** What the first number would have to be if the others stay. */
function wayOut({ kind, service, termsMs, totalMs, limit, limitMs }: Bound, config: GroupConfig): WayOut {
  const excessMs = totalMs - limitMs
  switch (kind) {
    case 'chain': {
      const { intervalMs, misses } = config.profile
      return { field: 'profile', advice: below('the interval', intervalMs - excessMs / misses) }
    }
    case 'service': {
      const { healthIntervalMs = 0, healthFailures = 1 } = config.services[service ?? ''] ?? {}
      const field = `services.${service}.healthIntervalMs`
      return { field, advice: below('the health interval', healthIntervalMs - excessMs / healthFailures) }
    }
    case 'etcd':
      return { field: 'coordinator.ttlSeconds', advice: below('the TTL', (termsMs.ttl ?? 0) - excessMs) }
    case 'survivor':
      return {
        field: limit,
        advice: `${limit} must be above ${secondsText(totalMs)} s, or a fast quorum must be faster`,
      }
  }
}

function below(what: string, ms: number): string {
  if (ms <= 0) return `with these timeouts no value of ${what} is small enough`
  return `with these timeouts ${what} must be below ${secondsText(Math.ceil(ms))} s`
}

function overlapProblem({ formula, stopMs, earliestTakeoverMs, termsMs }: OverlapBound): ConfigProblem {
  const atMostMs = termsMs.isolate - (stopMs - earliestTakeoverMs)
  const advice =
    atMostMs > 0
      ? `with these timeouts isolateAfterMs must be at most ${atMostMs}`
      : 'with these timeouts no isolateAfterMs is small enough'
  const remedy = 'lower isolateAfterMs, or let a takeover begin later: more misses, a longer timeout, a burst'
  return { code: 'OVERLAP', field: 'isolateAfterMs', message: `OVERLAP: ${formula}; ${advice}`, remedy }
}
