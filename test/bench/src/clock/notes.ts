import type { Machine } from '../machine.js'
import type { Bound } from './bound.js'

/** Above this somebody else used a core for most of the last minute. */
const IDLE_LOAD = 0.7

export function clockNotes(host: Machine, rounds: number, bound: Bound | null): string[] {
  const where = `${host.cpu}, ${host.cores} cores, Node ${host.node}, median of ${rounds} interleaved rounds`
  const shared = 'the cores are SMT siblings and share their units: ratios for several cores say little here'
  const busy = `BUSY MACHINE: load ${host.loadBefore.toFixed(1)} before the bench; measure again when it is idle`
  const warnings = [...(host.loadBefore > IDLE_LOAD ? [busy] : []), ...(host.smtSiblings ? [shared] : [])]
  return [where, describeBound(bound), ...warnings]
}

function describeBound(bound: Bound | null): string {
  if (!bound) return 'latency bound: not measurable here (no SHA instructions, or no bench addon)'
  const rate = (bound.stepsPerSecond / 1e6).toFixed(2)
  const reached = (bound.reached * 100).toFixed(1)
  return `latency bound of one chain here (32 dependent sha256rnds2): ${rate} M steps/s; the native chain reaches ${reached} %`
}
