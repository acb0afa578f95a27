import { type MetricsRegistry, noMetrics } from '@montana/foundation'

export type PollResult = 'ok' | 'locked' | 'no_space' | 'failed' | 'aborted'

/** What a report says in numbers. */
export interface ReportFigures {
  /** Valid ÷ expected polls; null where nothing was expected. */
  readonly coverage: number | null
  /** Findings that no other one explains and no drill planned. */
  readonly open: readonly { readonly severity: string; readonly id: string }[]
}

/** All metrics of this package: spec operations 14. */
export function createSoakMetrics(registry: MetricsRegistry = noMetrics) {
  return { ...createPollMetrics(registry), ...createReportMetrics(registry) }
}

export function createPollMetrics(registry: MetricsRegistry) {
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

export function createReportMetrics(registry: MetricsRegistry) {
  const coverage = registry.gauge({
    name: 'montana_soak_coverage_ratio',
    help: 'Valid polls by expected ones, of the latest report',
  })
  const findings = registry.gauge({
    name: 'montana_findings_open',
    help: 'Findings of the latest report that are neither explained nor planned',
    labels: ['severity', 'id'],
  })
  return {
    noteReport: ({ coverage: ratio, open }: ReportFigures) => {
      if (ratio !== null) coverage.set({}, ratio)
      const counts = new Map<string, { labels: { severity: string; id: string }; count: number }>()
      for (const { severity, id } of open) {
        const key = `${severity} ${id}`
        counts.set(key, { labels: { severity, id }, count: (counts.get(key)?.count ?? 0) + 1 })
      }
      for (const { labels, count } of counts.values()) findings.set(labels, count)
    },
  }
}

export type SoakMetrics = ReturnType<typeof createPollMetrics>
