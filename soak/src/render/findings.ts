import { type Finding, type Report, SEVERITIES } from '../report/schema.js'
import type { FindingGroup } from './document.js'

export type ReportDrill = Report['drills'][number]

export interface DrillGroups {
  /** Null: findings that name a drill that nobody declared. */
  readonly drill: ReportDrill | null
  readonly groups: readonly FindingGroup[]
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** What has no time comes last. */
const LATE = '~'

/** Total order: severity, time, id, node, key. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.from ?? LATE, b.from ?? LATE) ||
    compareText(a.id, b.id) ||
    compareText(a.node ?? LATE, b.node ?? LATE) ||
    compareText(a.key, b.key)
  )
}

type ByKey = ReadonlyMap<string, Finding>

/** The cause under which it is listed: a finding of another drill stands by itself. */
function parentOf(finding: Finding, byKey: ByKey): Finding | undefined {
  const cause = finding.explained_by === null ? undefined : byKey.get(finding.explained_by)
  return cause === undefined || (finding.drill !== null && finding.drill !== cause.drill) ? undefined : cause
}

/** The last cause of the chain; a chain that closes on itself ends where it began. */
function rootOf(finding: Finding, byKey: ByKey): Finding {
  const seen = new Set([finding.key])
  let root = finding
  for (let next = parentOf(root, byKey); next !== undefined; next = parentOf(root, byKey)) {
    if (seen.has(next.key)) return finding
    seen.add(next.key)
    root = next
  }
  return root
}

/** Every finding once: causes in order, each with all that it explains, directly or through others. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const byKey = new Map(findings.map((finding) => [finding.key, finding]))
  const explained = new Map<Finding, Finding[]>()
  const sorted = findings.toSorted(compareFindings)
  for (const finding of sorted) {
    const root = rootOf(finding, byKey)
    const members = explained.get(root) ?? []
    explained.set(root, root === finding ? members : [...members, finding])
  }
  return sorted.flatMap((root) => {
    const members = explained.get(root)
    return members === undefined ? [] : [{ root, explained: members }]
  })
}

export const isOpen = (group: FindingGroup): boolean => group.root.drill === null

/** Unexplained and undrilled: what blocks a PASS. */
export function openCriticals(report: Report): FindingGroup[] {
  return groupFindings(report.findings).filter((group) => isOpen(group) && group.root.severity === 'critical')
}

/** Findings of each declared drill, in the order of the drills; those of a drill that nobody declared come last. */
export function groupsByDrill(report: Report): DrillGroups[] {
  const groups = groupFindings(report.findings).filter((group) => !isOpen(group))
  const declared = report.drills.map((drill): DrillGroups => {
    return { drill, groups: groups.filter((group) => group.root.drill === drill.id) }
  })
  const ids = new Set<string | null>(report.drills.map((drill) => drill.id))
  const strays = groups.filter((group) => !ids.has(group.root.drill))
  return strays.length === 0 ? declared : [...declared, { drill: null, groups: strays }]
}
