import type { Drill } from '../analysis/run-data.js'
import type { FindingId, RawFinding, RuleInput } from '../rules/types.js'
import type { DrillKind } from '../run/schema.js'
import { afterMs, isWithin } from './times.js'

const MS_PER_S = 1000

interface Effects {
  /** Any of these proves that the drill was noticed. */
  readonly notices: readonly FindingId[]
  /** What else it does to the node, or to the link. */
  readonly brings: readonly FindingId[]
}

/** A window that goes down is not among them: a killed node finds its windows again. */
const AWAY: readonly FindingId[] = ['F-LAG', 'F-LINK', 'F-HB-RANGE', 'F-FLAP', 'F-COVERAGE', 'F-STALL']

const EFFECTS: Readonly<Record<DrillKind, Effects>> = {
  kill: { notices: ['F-UNREACH', 'F-RESTART'], brings: AWAY },
  crash: { notices: ['F-UNREACH', 'F-RESTART'], brings: AWAY },
  pause: { notices: ['F-UNREACH'], brings: [...AWAY, 'F-CLOCK'] },
  partition: { notices: ['F-LINK'], brings: ['F-HB-RANGE', 'F-FLAP', 'F-LAG', 'F-STALL'] },
  diskfull: { notices: ['F-DISK'], brings: [] },
  clock: { notices: ['F-CLOCK'], brings: [] },
  oldbuild: { notices: ['F-SKEW'], brings: ['F-UNREACH', 'F-RESTART', ...AWAY] },
}

/** While a member is away the mesh waits for a fallback proposer: that standstill is everybody's. */
const MESH_WIDE: readonly FindingId[] = ['F-STALL']

/**
 * The declared drill that a finding belongs to: kind, place and time agree (spec operations 5). All of its time: what goes
 * on after a drill, or did before it, was not planned. Pure.
 */
export function drillOf(input: RuleInput, finding: RawFinding): Drill | undefined {
  return input.data.drills.find((drill) => {
    if (!brings(drill, finding) || !isWithin(input, drill, finding)) return false
    return isThere(drill, finding) || isMeshWide(input, drill, finding)
  })
}

/** Does this finding prove that the drill was noticed? */
export function isNotice(input: RuleInput, drill: Drill, finding: RawFinding): boolean {
  return EFFECTS[drill.kind].notices.includes(finding.id) && isThere(drill, finding) && isThen(input, drill, finding)
}

function brings({ kind }: Drill, { id }: RawFinding): boolean {
  return EFFECTS[kind].notices.includes(id) || EFFECTS[kind].brings.includes(id)
}

/** The mesh waits when a member goes and when it comes back, not for as long as it is away. */
function isMeshWide(input: RuleInput, drill: Drill, { id, fromMs, toMs }: RawFinding): boolean {
  if (!MESH_WIDE.includes(id) || fromMs === null || toMs === null) return false
  const spanMs = afterMs(input)
  const isNear = (changeMs: number | null) => changeMs !== null && Math.abs(fromMs - changeMs) <= spanMs
  if (toMs > (drill.toMs ?? drill.fromMs) + spanMs) return false
  return isNear(drill.fromMs) || isNear(drill.toMs)
}

/** A partition lies between two nodes; a finding of one of them alone may name the other as its peer or none. */
function isThere({ label, peer }: Drill, finding: RawFinding): boolean {
  const ends = peer === null ? [label] : [label, peer]
  if (finding.id === 'F-LINK' && peer !== null)
    return ends.includes(finding.node ?? '') && ends.includes(finding.peer ?? '')
  return ends.includes(finding.node ?? '') || ends.includes(finding.peer ?? '')
}

function isThen(input: RuleInput, drill: Drill, { fromMs, toMs }: RawFinding): boolean {
  const begins = drill.fromMs - input.periodS * MS_PER_S
  const ends = drill.toMs === null ? Number.POSITIVE_INFINITY : drill.toMs + afterMs(input)
  return (fromMs ?? begins) <= ends && (toMs ?? ends) >= begins
}
