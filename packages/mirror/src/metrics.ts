import type { MetricsRegistry } from '@montana/foundation'
import type { Job, LayerRecord } from './contracts/store.js'
import type { Attempt } from './store/attempts.js'
import type { MirrorStore } from './store/mirror-store.js'

const VERDICTS = ['healthy', 'unhealthy', 'unknown'] as const
const STATES: readonly Job['state'][] = ['pending', 'running', 'blocked']
/** Of attempts at one update; a scrape that was away for long catches up with the next ones. */
const ATTEMPTS_MAX = 10_000
/** From a push of nothing over loopback to the time that a first one has. */
const PUSH_BUCKETS_SECONDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 10_800]

/** What is not in the store. Null = not known, the metric then keeps its value. */
export interface MirrorFacts {
  readonly nowMs: number
  readonly epoch: number | null
  readonly permitRemainingMs: number | null
  readonly recordAgeMs: number | null
  readonly verdict: (typeof VERDICTS)[number] | null
  /** By name of the target. */
  readonly credentialExpiryMs: ReadonlyMap<string, number>
}

/** Every metric of the mirror; units are in the names. Spec repository-mirror 16.3. */
export function createMirrorMetrics(registry: MetricsRegistry) {
  const one = (name: string, help: string) => registry.gauge({ name: `montana_mirror_${name}`, help })
  const perMirror = (name: string, help: string) =>
    registry.gauge({ name: `montana_mirror_${name}`, help, labels: ['mirror'] as const })
  return {
    lagCommits: perMirror('lag_commits', 'Commits of the default branch that the target does not have'),
    lagSeconds: perMirror('lag_seconds', 'Since the code of the target was last in step; 0 while it is'),
    rescueRefs: perMirror('rescue_refs', 'Refs on the target that keep tips which would have been lost'),
    credentialExpiry: perMirror(
      'credential_expiry_timestamp_seconds',
      'End of the credential, where the provider tells',
    ),
    lastSuccess: registry.gauge({
      name: 'montana_mirror_last_success_timestamp_seconds',
      help: 'End of the last run that brought the layer into step',
      labels: ['mirror', 'layer'] as const,
    }),
    attempts: registry.counter({
      name: 'montana_mirror_attempts_total',
      help: 'Runs of layers by how they ended',
      labels: ['mirror', 'outcome', 'code'] as const,
    }),
    pushDuration: registry.histogram({
      name: 'montana_mirror_push_duration_seconds',
      help: 'Runs of the code layer that ended well',
      labels: ['mirror'] as const,
      buckets: PUSH_BUCKETS_SECONDS,
    }),
    queueJobs: registry.gauge({
      name: 'montana_mirror_queue_jobs',
      help: 'Layers of targets that wait, run, or need somebody',
      labels: ['state'] as const,
    }),
    drift: registry.gauge({
      name: 'montana_mirror_drift_items',
      help: 'Names on the target that are to be added, changed, removed',
      labels: ['mirror', 'layer', 'kind'] as const,
    }),
    epoch: one('epoch', 'Of the newest fence record that was read'),
    permitRemaining: one('permit_remaining_seconds', 'For which this repository may act without another renewal'),
    recordAge: one('record_age_seconds', 'Since this observer first saw the newest fence record'),
    verdict: registry.gauge({
      name: 'montana_mirror_verdict',
      help: '1 for the verdict of the newest observation, 0 for the others',
      labels: ['verdict'] as const,
    }),
  }
}

export type MirrorMetrics = ReturnType<typeof createMirrorMetrics>

/** Brings the metrics up to what the store says. Counts the attempts that end from now on. */
export function followStore(metrics: MirrorMetrics, store: MirrorStore): (facts: MirrorFacts) => void {
  let counted = store.attempts.lastId()
  return (facts) => {
    for (const attempt of store.attempts.endedAfter(counted, ATTEMPTS_MAX)) {
      counted = attempt.id
      countAttempt(metrics, attempt)
    }
    for (const record of store.layers.all()) showLayer(metrics, record, facts.nowMs)
    showJobs(metrics, store.jobs.all())
    showRescueRefs(metrics, store)
    showFacts(metrics, facts)
  }
}

function countAttempt({ attempts, pushDuration }: MirrorMetrics, attempt: Attempt): void {
  const { mirror, outcome, errorCode, layer, startedAtMs, endedAtMs } = attempt
  attempts.inc({ mirror, outcome, code: errorCode ?? '' })
  if (layer !== 'code' || outcome !== 'ok' || endedAtMs === null) return
  pushDuration.observe({ mirror }, Math.max(0, endedAtMs - startedAtMs) / 1000)
}

function showLayer(metrics: MirrorMetrics, record: LayerRecord, nowMs: number): void {
  const { mirror, layer, lastSuccessAtMs, drift } = record
  if (lastSuccessAtMs !== null) metrics.lastSuccess.set({ mirror, layer }, lastSuccessAtMs / 1000)
  for (const kind of ['add', 'change', 'remove'] as const)
    metrics.drift.set({ mirror, layer, kind }, drift[kind].length)
  if (layer === 'code') showLag(metrics, record, nowMs)
}

function showLag(metrics: MirrorMetrics, { mirror, lagCommits, lastSuccessAtMs, status }: LayerRecord, nowMs: number) {
  if (lagCommits !== null) metrics.lagCommits.set({ mirror }, lagCommits)
  if (lastSuccessAtMs === null) return
  const isInStep = status === 'ok' && (lagCommits ?? 0) === 0
  metrics.lagSeconds.set({ mirror }, isInStep ? 0 : Math.max(0, nowMs - lastSuccessAtMs) / 1000)
}

function showJobs({ queueJobs }: MirrorMetrics, jobs: readonly Job[]): void {
  for (const state of STATES) queueJobs.set({ state }, jobs.filter((job) => job.state === state).length)
}

function showRescueRefs({ rescueRefs }: MirrorMetrics, store: MirrorStore): void {
  for (const mirror of new Set(store.layers.all().map((record) => record.mirror))) {
    const kept = store.refs.all(mirror).flatMap((ref) => ref.rescueRefs)
    rescueRefs.set({ mirror }, kept.length)
  }
}

function showFacts(metrics: MirrorMetrics, facts: MirrorFacts): void {
  const { epoch, permitRemainingMs, recordAgeMs, verdict, credentialExpiryMs } = facts
  if (epoch !== null) metrics.epoch.set({}, epoch)
  if (permitRemainingMs !== null) metrics.permitRemaining.set({}, permitRemainingMs / 1000)
  if (recordAgeMs !== null) metrics.recordAge.set({}, recordAgeMs / 1000)
  for (const name of verdict === null ? [] : VERDICTS) metrics.verdict.set({ verdict: name }, name === verdict ? 1 : 0)
  for (const [mirror, atMs] of credentialExpiryMs) metrics.credentialExpiry.set({ mirror }, atMs / 1000)
}
