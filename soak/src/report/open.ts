import type { Finding } from './schema.js'

type Account = Pick<Finding, 'drill' | 'explained_by'>

/** Planned, or the consequence of something else. */
export function isAccounted({ drill, explained_by }: Account): boolean {
  return drill !== null || explained_by !== null
}

/** Counts against the verdict: critical, without a cause, and not planned (docs/decisions/0011). */
export function isOpenCritical(finding: Account & Pick<Finding, 'severity'>): boolean {
  return finding.severity === 'critical' && !isAccounted(finding)
}
