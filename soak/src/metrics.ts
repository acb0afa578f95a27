import { type MetricsRegistry, noMetrics } from '@montana/foundation'

export type PollResult = 'ok' | 'locked' | 'no_space' | 'failed' | 'aborted'

/** All metrics of this package: spec operations 14. */
export function createSoakMetrics(registry: MetricsRegistry = noMetrics) {
  const polls = registry.counter({
    name: 'montana_soak_polls_total',
    help: 'Polls by how they ended; only "ok" left a record',
    labels: ['result'],
  })
  const bytes = registry.gauge({ name: 'montana_soak_file_bytes', help: 'Length of the soak file' })
  return {
    notePoll: (result: PollResult) => polls.inc({ result }),
    noteFileBytes: (length: number) => bytes.set({}, length),
  }
}

export type SoakMetrics = ReturnType<typeof createSoakMetrics>
