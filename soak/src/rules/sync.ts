import type { JobSample, NodeData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { rounded, spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_S = 1000

/** F-SYNC: a sync job whose last success is older than two of its periods, or six. */
export const syncRule: Rule = (input) => input.data.nodes.flatMap((node) => lateJobs(input, node))

function lateJobs(input: RuleInput, node: NodeData): RawFinding[] {
  const names = new Set(node.samples.flatMap(({ jobs }) => jobs.map(({ job }) => job)))
  return [...names].sort().flatMap((name) => lateJob(input, node, name))
}

function lateJob({ data, thresholds }: RuleInput, { label, samples }: NodeData, name: string): RawFinding[] {
  const periodS = thresholds.job_period_s[name]
  if (periodS === undefined) return []
  const age = (sample: Sample) =>
    periodsSince(
      sample,
      sample.jobs.find(({ job }) => job === name),
      periodS,
    )
  return stretches(samples, (sample) => age(sample) > thresholds.sync_warn_periods).map((late) => {
    const worst = Math.max(...late.map(age))
    const isCritical = worst > thresholds.sync_critical_periods
    return {
      ...{ id: 'F-SYNC', severity: isCritical ? 'critical' : 'warning', node: label, peer: null },
      ...spanOf(data, late),
      value: Number.isFinite(worst) ? rounded(worst, 1) : 'never',
      threshold: isCritical ? thresholds.sync_critical_periods : thresholds.sync_warn_periods,
      text: `the sync job ${name} has not succeeded for this many of its periods`,
      remedy: REMEDIES['F-SYNC'].job,
    }
  })
}

function periodsSince({ tsMs }: Sample, job: JobSample | undefined, periodS: number): number {
  if (!job || tsMs === null) return 0
  if (job.lastSuccessMs === null) return Number.POSITIVE_INFINITY
  return (tsMs - job.lastSuccessMs) / MS_PER_S / periodS
}
