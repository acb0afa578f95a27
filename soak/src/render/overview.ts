import type { Report } from '../report/schema.js'
import { type Cause, causesOf } from './causes.js'
import { groupFindings, isOpen } from './findings.js'
import { duration, instant } from './numbers.js'
import { compressedNote, coverage, drillName, drillsNoticed, plural } from './phrases.js'

/** As many causes as fit on the first screen beside the rows. */
const TOP_CAUSES = 4
/** A run has fewer drills than this, or they stand in section 8. */
const TOP_DRILLS = 8

export interface Fact {
  readonly name: string
  /** Null: the inputs cannot tell. */
  readonly value: string | null
  /** Lines below. */
  readonly details: readonly string[]
  readonly isAlarming: boolean
}

export interface DrillLine {
  readonly name: string
  readonly from: string | null
  /** Ids of the findings that noticed it, each once; empty: missed. */
  readonly found: readonly string[]
}

/** The first screen: what was judged, what failed, why, and what to do. */
export interface Overview {
  readonly title: string
  readonly generated: string
  readonly compressed: string | null
  readonly facts: readonly Fact[]
  /** What the causes are: open criticals, or the open rest where there is none. */
  readonly causesTitle: string
  readonly causes: readonly Cause[]
  readonly moreCauses: number
  readonly drills: readonly DrillLine[]
  readonly moreDrills: number
}

function findingsFact({ critical, warning, info, explained, drilled }: Report['summary']): Fact {
  const details = [`${plural(warning, 'warning')}, ${info} info`, `${explained} explained, ${drilled} drilled`]
  return { name: 'Open findings', value: `${critical} critical`, details, isAlarming: critical > 0 }
}

function spanDetails({ from, to }: Report['span']): string[] {
  return [from, to].flatMap((time) => (time === null ? [] : [instant(time)]))
}

function drillsFact(report: Report): Fact {
  const missed = report.drills.filter((drill) => drill.found.length === 0)
  const names = missed.map((drill) => `missed: ${drillName(drill)}`)
  return { name: 'Drills', value: drillsNoticed(report), details: names.slice(0, 2), isAlarming: missed.length > 0 }
}

function facts(report: Report): Fact[] {
  const { span, soak, run_id } = report
  const [share = null, polls = `${soak.valid} valid records`] = coverage(report)?.split(', ') ?? []
  const length = span.seconds === null ? null : duration(span.seconds)
  const calm = { isAlarming: false }
  return [
    findingsFact(report.summary),
    { name: 'Coverage', value: share, details: [polls], ...calm },
    { name: 'Span', value: length, details: spanDetails(span), ...calm },
    { name: 'Run', value: run_id, details: [plural(report.state.length, 'node'), report.thresholds.version], ...calm },
    drillsFact(report),
  ]
}

function topCauses(report: Report): Pick<Overview, 'causesTitle' | 'causes' | 'moreCauses'> {
  const open = groupFindings(report.findings).filter(isOpen)
  const criticals = open.filter(({ root }) => root.severity === 'critical')
  const shown = causesOf(criticals.length > 0 ? criticals : open)
  return {
    causesTitle: criticals.length > 0 ? 'What failed and why' : 'No critical finding is open',
    causes: shown.slice(0, TOP_CAUSES),
    moreCauses: Math.max(0, shown.length - TOP_CAUSES),
  }
}

function drillLines(report: Report): DrillLine[] {
  const ids = new Map(report.findings.map((finding) => [finding.key, finding.id]))
  return report.drills.map((drill) => {
    const found = [...new Set(drill.found.map((key) => ids.get(key) ?? key))]
    return { name: drillName(drill), from: drill.from, found }
  })
}

export function overviewOf(report: Report): Overview {
  const drills = drillLines(report)
  return {
    title: `Montana deep retrospective \u2014 ${report.date}`,
    generated: `Generated ${report.generated_at} on ${report.orchestrator}`,
    compressed: compressedNote(report),
    facts: facts(report),
    ...topCauses(report),
    drills: drills.slice(0, TOP_DRILLS),
    moreDrills: Math.max(0, drills.length - TOP_DRILLS),
  }
}
