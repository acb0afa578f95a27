import type { Report } from '@montana/soak'
import type { SoakOutcome } from './soak.js'

export interface SoakResult {
  readonly path: string
  readonly runId: string
  readonly configSha256: string
  readonly records: number
  /** Valid records ÷ expected ones, 0 to 1; null where no record was written. */
  readonly coverage: number | null
  readonly findings: readonly SoakFinding[]
  /** Folder of report.json, report.md and report.html; null where no record was written. */
  readonly reportDir: string | null
}

interface SoakFinding {
  readonly id: string
  readonly severity: string
  readonly node: string | null
  readonly peer: string | null
  readonly from: string | null
  readonly to: string | null
  readonly drill: string | null
  /** Id of the finding that is its cause. */
  readonly explainedBy: string | null
  readonly text: string
}

export function soakResult({ report, reportDir, ...run }: SoakOutcome): SoakResult {
  const coverage = report?.soak.coverage ?? null
  return { ...run, coverage, findings: findingsOf(report?.findings ?? []), reportDir: report && reportDir }
}

function findingsOf(findings: Report['findings']): SoakFinding[] {
  const idOf = new Map(findings.map(({ key, id }) => [key, id]))
  return findings.map(({ id, severity, node, peer, from, to, drill, explained_by, text }) => {
    const explainedBy = explained_by === null ? null : (idOf.get(explained_by) ?? explained_by)
    return { id, severity, node, peer, from, to, drill, explainedBy, text }
  })
}

/** Critical findings that no drill and no other finding accounts for, in words: spec operations 16. */
export function soakReasons(report: Report | null | undefined): string[] {
  const open = (report?.findings ?? []).filter(({ severity, drill, explained_by }) => {
    return severity === 'critical' && drill === null && explained_by === null
  })
  return open.map(({ id, node, peer, text }) => {
    const where = [node, peer].filter((label) => label !== null).join(' and ') || 'the run'
    return `${id} on ${where}: ${text}`
  })
}
