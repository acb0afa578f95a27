import type { Finding, Report } from '../report/schema.js'
import type { ReportDrill } from './findings.js'
import { brief, duration, fixed, instant, interval, percent } from './numbers.js'

/** Where a finding is: `frankfurt`, `frankfurt–armenia`, or the whole run. */
export function place(finding: Finding): string {
  if (finding.node === null) return finding.peer ?? 'the run'
  return finding.peer === null ? finding.node : `${finding.node}\u2013${finding.peer}`
}

export function drillName(drill: ReportDrill): string {
  return `${drill.kind} ${drill.peer === null ? drill.label : `${drill.label}\u2013${drill.peer}`}`
}

/** `2026-05-21 19:40:02–19:45:10Z`; null where neither end is known. */
export function period(from: string | null, to: string | null): string | null {
  if (from !== null && to !== null) return interval(from, to)
  if (from !== null) return `from ${instant(from)}`
  return to === null ? null : `until ${instant(to)}`
}

function quantity(value: number | string): string {
  return typeof value === 'number' ? brief(value) : value
}

/** `64 (threshold 10)`; null where neither was measured. */
export function againstThreshold(finding: Finding): string | null {
  const { value, threshold } = finding
  if (value === null) return threshold === null ? null : `threshold ${quantity(threshold)}`
  return threshold === null ? quantity(value) : `${quantity(value)} (threshold ${quantity(threshold)})`
}

/** Said wherever the verdict is: spec operations 7.3. */
export function compressedNote(report: Report): string | null {
  if (report.time_scale <= 1) return null
  const real = report.span.seconds === null ? '' : `, ${duration(report.span.seconds)} of real time`
  return `Compressed run (${brief(report.time_scale)}\u00d7${real}): it proves the machinery and nothing about hours.`
}

/** `98.6 %, 284 of 288 polls`; null where nobody knows what was expected. */
export function coverage(report: Report): string | null {
  const { coverage: share, valid, expected } = report.soak
  if (share === null) return null
  return expected === null ? percent(share) : `${percent(share)}, ${valid} of ${brief(expected)} polls`
}

export function drillsNoticed(report: Report): string {
  const noticed = report.drills.filter((drill) => drill.found.length > 0).length
  return report.drills.length === 0 ? 'none declared' : `${noticed} of ${report.drills.length} noticed`
}

export function plural(count: number, noun: string): string {
  return `${fixed(count, 0)} ${noun}${count === 1 ? '' : 's'}`
}
