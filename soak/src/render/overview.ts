import type { Report, VerdictRow } from '../report/schema.js'
import type { FindingGroup } from './document.js'
import { openCriticals } from './findings.js'
import { duration } from './numbers.js'
import { compressedNote, coverage, drillsNoticed, period } from './phrases.js'

/** As many causes as fit on the first screen beside the rows. */
const TOP_CAUSES = 3

export interface Fact {
  readonly name: string
  /** Null: the inputs cannot tell. */
  readonly value: string | null
  readonly detail: string | null
}

/** The first screen: what was judged, what failed, why, and what to do. */
export interface Overview {
  readonly title: string
  readonly generated: string
  readonly compressed: string | null
  readonly facts: readonly Fact[]
  readonly causes: readonly FindingGroup[]
  readonly moreCauses: number
  /** Rows that are neither PASS nor N-A. */
  readonly failing: readonly VerdictRow[]
}

function facts(report: Report): Fact[] {
  const { span, soak } = report
  const counted = coverage(report)?.split(', ') ?? []
  return [
    { name: 'Coverage', value: counted[0] ?? null, detail: counted[1] ?? `${soak.valid} valid records` },
    { name: 'Span', value: span.seconds === null ? null : duration(span.seconds), detail: period(span.from, span.to) },
    { name: 'Run', value: report.run_id, detail: `${report.state.length} nodes` },
    { name: 'Drills', value: drillsNoticed(report), detail: null },
  ]
}

export function overviewOf(report: Report): Overview {
  const criticals = openCriticals(report)
  return {
    title: `Montana deep retrospective \u2014 ${report.date}`,
    generated: `Generated ${report.generated_at} on ${report.orchestrator}`,
    compressed: compressedNote(report),
    facts: facts(report),
    causes: criticals.slice(0, TOP_CAUSES),
    moreCauses: Math.max(0, criticals.length - TOP_CAUSES),
    failing: report.rows.filter((row) => row.verdict === 'FAIL' || row.verdict === 'INSUFFICIENT'),
  }
}
