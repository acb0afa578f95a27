import type { FailoverFindingView, FailoverGroupView } from '../api/failover-views.js'
import { leaderFindings } from './leader-findings.js'
import { reserveFindings } from './reserve-findings.js'

export type UnjudgedGroup = Omit<FailoverGroupView, 'findings'>

/** What is wrong with a group and what to do about it, worst first; none where nothing is. Pure. */
export function findingsOf(group: UnjudgedGroup, nowMs: number): FailoverFindingView[] {
  const found = [...group.chains.flatMap((chain) => leaderFindings(chain, group, nowMs)), ...reserveFindings(group)]
  return [...found.filter(({ level }) => level === 'alarm'), ...found.filter(({ level }) => level === 'warning')]
}
