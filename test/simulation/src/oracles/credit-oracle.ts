import type { Process } from '../node/process.js'
import type { Standing } from './facts.js'
import type { Violation } from './oracle.js'

/**
 * Windows after the last fault in which everybody who keeps pace must have been credited. Whoever computes every value
 * itself comes back a quarter of a window late and gains the grace of drafts, about 2 s, in each.
 */
export const CREDIT_WINDOWS = 12

/** What of a process decides whether it has to be credited. */
export type Creditable = Pick<Process, 'name' | 'nodeId' | 'isUp' | 'isHonest'> & {
  readonly disk: Pick<Process['disk'], 'signFrom'>
}

/**
 * Invariant 21: an honest member that was there and could sign when the faults ended, after window `since`, has been
 * credited afterwards; so has a node that was admitted before.
 */
export function creditProblem(
  { tables, context: { window } }: Standing,
  processes: readonly Creditable[],
  since: number,
): Violation | undefined {
  if (window < since + CREDIT_WINDOWS) return undefined
  const left = processes.find(({ nodeId, isUp, isHonest, disk }) => {
    const member = tables.nodes.get(nodeId)
    const maySign = disk.signFrom !== undefined && disk.signFrom <= since + 1
    return isHonest && isUp && maySign && member && member.startWindow < since && member.lastConfirmationWindow <= since
  })
  if (!left) return undefined
  const detail = `${left.name} was not credited in the ${window - since} windows after the faults ended`
  return { invariant: 21, name: 'Liveness of credit', window, detail }
}
