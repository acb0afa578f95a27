import type { DocumentSample, NodeData, Sample } from '../analysis/run-data.js'
import type { Severity } from '../report/schema.js'
import { REMEDIES } from './remedies.js'
import { spanOf, stretches } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

const MS_PER_DAY = 86_400_000
const KINDS = ['manifest', 'roster'] as const
const CRITICAL_STATES = new Set(['expired', 'equivocation'])
const WARNING_STATES = new Set(['rollback', 'expiring'])

/** F-DOC: a signed document that is about to end, has ended, or was offered in an older or a second form. */
export const documentRule: Rule = (input) =>
  input.data.nodes.flatMap((node) => KINDS.flatMap((kind) => documentFindings(input, node, kind)))

function documentFindings(input: RuleInput, { label, samples }: NodeData, kind: (typeof KINDS)[number]): RawFinding[] {
  const severityOf = (sample: Sample) => judge(input, sample.tsMs, sample[kind])
  return (['critical', 'warning'] as const).flatMap((severity) =>
    stretches(samples, (sample) => severityOf(sample) === severity).map((stretch) => ({
      ...{ id: 'F-DOC', severity, node: label, peer: null },
      ...spanOf(input.data, stretch),
      ...{ value: stretch.at(-1)?.[kind]?.state ?? null, threshold: input.thresholds.document_warn_days },
      text: `the ${kind} in force has ended, ends soon, or another version of it was offered`,
      remedy: REMEDIES['F-DOC'].document,
    })),
  )
}

function judge({ thresholds }: RuleInput, nowMs: number | null, document: DocumentSample | null): Severity | undefined {
  if (!document) return undefined
  if (CRITICAL_STATES.has(document.state)) return 'critical'
  if (WARNING_STATES.has(document.state)) return 'warning'
  if (document.notAfterMs === null || nowMs === null) return undefined
  const days = (document.notAfterMs - nowMs) / MS_PER_DAY
  if (days < 0) return 'critical'
  return days < thresholds.document_warn_days ? 'warning' : undefined
}
