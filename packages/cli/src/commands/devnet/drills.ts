import { formatTime, seededRandom } from '@montana/foundation'
import type { DrillEvent, PlannedDrill } from '@montana/soak'
import type { NodeChild } from './child.js'
import { type DrillTarget, EFFECTS } from './drill-effects.js'
import type { Fault } from './fault.js'
import type { DevnetOptions } from './options.js'

type DrillOptions = Pick<DevnetOptions, 'faults' | 'seed' | 'faultJitterMs'>

interface Drill extends DrillTarget {
  readonly id: string
  /** Window of the node at which it happens. */
  readonly atWindow: number
  /** Chance adds this to the moment at which the window is seen. */
  readonly delayMs: number
  dueAtMs: number | undefined
  /** `ending`: undone, but the node is not back yet. */
  state: 'planned' | 'active' | 'ending' | 'over'
  startedAtMs: number
  endedAtMs: number | undefined
}

export interface DrillRecord {
  readonly id: string
  readonly fault: string
  readonly kind: string
  readonly label: string
  readonly peer: string | null
  readonly window: number
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly state: 'planned' | 'active' | 'over'
}

export interface DrillEvents {
  /** A line for people. */
  onLine(line: string): void
  /** It has really begun, or (with `to`) really ended. */
  onEvent(event: DrillEvent): void
}

/** Carries out the planned faults: each begins when its node reports the window, and ends after its time. */
export class Drills {
  readonly #drills: Drill[]
  readonly #events: DrillEvents

  constructor(options: DrillOptions, children: readonly NodeChild[], startHead: number, events: DrillEvents) {
    const random = seededRandom(options.seed)
    const ids = drillIds(options.faults)
    this.#events = events
    this.#drills = options.faults.map((fault, index) => {
      const child = children.find(({ label }) => label === fault.target)
      if (!child) throw new RangeError(`no node ${fault.target}`)
      const peer = children.find(({ label }) => label === fault.peer)
      const delayMs = random.next() * options.faultJitterMs
      const atWindow = startHead + fault.afterWindows
      const target = { id: ids[index] ?? '', fault, child, peer, atWindow, delayMs }
      return { ...target, dueAtMs: undefined, state: 'planned', startedAtMs: 0, endedAtMs: undefined }
    })
  }

  /** Is a node away on purpose and for good? It is then not waited for. */
  isGoneForever(child: NodeChild): boolean {
    return this.#drills.some((drill) => {
      return (
        drill.child === child && drill.state === 'active' && isEndless(drill) && EFFECTS[drill.fault.kind].isAbsence
      )
    })
  }

  get isPending(): boolean {
    return this.#drills.some((drill) => drill.state === 'ending' || (drill.state === 'active' && !isEndless(drill)))
  }

  get records(): DrillRecord[] {
    return this.#drills.map(({ id, fault, child, peer, atWindow, state, startedAtMs, endedAtMs }) => ({
      id,
      fault: fault.text,
      kind: fault.kind,
      label: child.label,
      peer: peer?.label ?? null,
      window: atWindow,
      startedAt: state === 'planned' ? null : formatTime(startedAtMs),
      endedAt: endedAtMs === undefined ? null : formatTime(endedAtMs),
      state: state === 'ending' ? 'active' : state,
    }))
  }

  update(nowMs: number): void {
    for (const drill of this.#drills) {
      if (drill.state === 'planned' && isDue(drill, nowMs)) this.#begin(drill, nowMs)
      else if (drill.state === 'active' && nowMs - drill.startedAtMs >= drill.fault.durationMs) this.#undo(drill)
      if (drill.state === 'ending' && isBack(drill)) this.#end(drill, nowMs)
    }
  }

  #begin(drill: Drill, nowMs: number): void {
    const { id, fault } = drill
    drill.state = 'active'
    drill.startedAtMs = nowMs
    const duration = Number.isFinite(fault.durationMs) ? `for ${fault.durationMs / 1000} s` : 'for good'
    this.#events.onLine(`drill: ${fault.kind} ${targetText(drill)} at window ${drill.atWindow} ${duration}`)
    this.#events.onEvent({ id, from: formatTime(nowMs), to: null })
    EFFECTS[fault.kind].begin(drill)
  }

  #undo(drill: Drill): void {
    drill.state = 'ending'
    EFFECTS[drill.fault.kind].end(drill)
  }

  #end(drill: Drill, nowMs: number): void {
    const { id, fault, startedAtMs } = drill
    drill.state = 'over'
    drill.endedAtMs = nowMs
    this.#events.onLine(`drill: ${fault.kind} ${targetText(drill)} is over`)
    this.#events.onEvent({ id, from: formatTime(startedAtMs), to: formatTime(nowMs) })
  }
}

/** The faults as the run document declares them, before anything happens. */
export function plannedDrills(faults: readonly Fault[], startHead: number): PlannedDrill[] {
  const ids = drillIds(faults)
  return faults.map(({ kind, target, peer, afterWindows, durationMs }, index) => ({
    id: ids[index] ?? '',
    kind,
    label: target,
    peer: peer ?? null,
    window: startHead + afterWindows,
    duration_s: Number.isFinite(durationMs) ? durationMs / 1000 : null,
  }))
}

/** `kill-frankfurt-5`; the same fault once more is `kill-frankfurt-5-2`. */
function drillIds(faults: readonly Fault[]): string[] {
  const seen = new Map<string, number>()
  return faults.map(({ kind, target, peer, afterWindows }) => {
    const id = [kind, target, ...(peer ? [peer] : []), afterWindows].join('-')
    const times = (seen.get(id) ?? 0) + 1
    seen.set(id, times)
    return times === 1 ? id : `${id}-${times}`
  })
}

function isEndless({ fault }: Drill): boolean {
  return fault.durationMs === Number.POSITIVE_INFINITY
}

function isBack({ fault, child }: Drill): boolean {
  return !EFFECTS[fault.kind].endsByRestart || child.isReady
}

function targetText({ child, peer }: Drill): string {
  return peer ? `${child.label} and ${peer.label}` : child.label
}

/** A crash drill armed the node at its start: it is due once the node has killed itself. */
function isDue(drill: Drill, nowMs: number): boolean {
  const { fault, child, peer, atWindow, delayMs } = drill
  if (fault.kind === 'crash') return child.hasCrashed
  const isAway = [child, peer].some((node) => node && (node.isDown || node.isPaused))
  if ((child.status?.window ?? 0) < atWindow || isAway) return false
  drill.dueAtMs ??= nowMs + delayMs
  return nowMs >= drill.dueAtMs
}
