import type { Role } from '../contracts/config.js'
import type { SentinelInit, SentinelReport } from './types.js'
import { watchPrimary } from './watch.js'
import { watchReturn } from './watch-return.js'

const ROLES: readonly string[] = ['MASTER', 'SLAVE', 'TEMPORARY_MASTER']

/**
 * One run of the sentinel, timer and workflow alike: as replica it watches for the silence of the primary, as temporary
 * primary for its return, in any other role it does nothing. The role is read from the repository. Spec 10.
 */
export async function runSentinelOnce(init: SentinelInit, signal: AbortSignal): Promise<SentinelReport> {
  const role = await init.replica.variables.get('MIRROR_ROLE', signal)
  // A promotion that was interrupted may have left either role; its record tells.
  const { promotion } = await init.document.read(signal)
  if (role === 'SLAVE' || promotion !== null) return await watchPrimary(init, signal)
  if (role === 'TEMPORARY_MASTER') return await watchReturn(init, signal)
  const known = role !== null && ROLES.includes(role) ? (role as Role) : null
  const explanation = known === null ? 'the role is missing or unknown: inert' : 'a primary is not watched by itself'
  const nothing = { verdict: null, findings: [], promotion: null, steps: [], epoch: null }
  return { role: known, decision: 'none', explanation, ...nothing }
}
