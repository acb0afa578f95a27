import { isOpenCritical, type Report } from '@montana/soak'
import type { SoakOutcome } from './soak.js'

export interface SoakResult {
  readonly path: string
  readonly runId: string
  readonly configSha256: string
  readonly records: number
  /** Valid records ÷ expected ones, 0 to 1; null where no record was written. */
  readonly coverage: number | null
  readonly findings: readonly SoakFinding[]
  /** Folder of report.json, report.md and report.html; null where there is none. */
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

export function soakResult({ report, ...run }: SoakOutcome): SoakResult {
  const coverage = report?.soak.coverage ?? null
  return { ...run, coverage, findings: findingsOf(report?.findings ?? []) }
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
  return (report?.findings ?? []).filter(isOpenCritical).map(({ id, node, peer, text }) => {
    const where = [node, peer].filter((label) => label !== null).join(' and ') || 'the run'
    return `${id} on ${where}: ${text}`
  })
}
