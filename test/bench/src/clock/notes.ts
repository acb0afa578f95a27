import { type Machine, machineNotes } from '../machine.js'
import type { Bound } from './bound.js'

export function clockNotes(host: Machine, rounds: number, bound: Bound | null): string[] {
  const [where, ...warnings] = machineNotes(host, rounds)
  return [where, describeBound(bound), ...warnings]
}

function describeBound(bound: Bound | null): string {
  if (!bound) return 'latency bound: not measurable here (no SHA instructions, or no bench addon)'
  const rate = (bound.stepsPerSecond / 1e6).toFixed(2)
  const reached = (bound.reached * 100).toFixed(1)
  return `latency bound of one chain here (32 dependent sha256rnds2): ${rate} M steps/s; the native chain reaches ${reached} %`
}
