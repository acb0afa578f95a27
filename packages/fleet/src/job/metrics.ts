import type { MetricsRegistry } from '@montana/foundation'

/** From a file on the own disk to a job that waits for all its sources twice: spec operations 14. */
const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** Of jobs that run in processes of their own, as the node sees them by their records: spec operations 14. */
export function createJobMetrics(registry: MetricsRegistry) {
  return {
    lastSuccess: registry.gauge<'job'>({
      name: 'montana_job_last_success_timestamp_seconds',
      help: 'When a job last succeeded; absent while it never has',
      labels: ['job'],
    }),
    runs: registry.counter<'job' | 'result'>({
      name: 'montana_job_runs_total',
      help: 'Runs of a job by result: ok or failed',
      labels: ['job', 'result'],
    }),
    seconds: registry.histogram<'job'>({
      name: 'montana_job_seconds',
      help: 'Duration of the runs of a job that this process saw end',
      labels: ['job'],
      buckets: SECONDS,
    }),
  }
}

export type JobMetrics = ReturnType<typeof createJobMetrics>
