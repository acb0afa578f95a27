import { seededRandom } from '@montana/foundation'
import type { NodeChild } from './child.js'
import type { Fault } from './fault.js'
import type { DevnetOptions } from './options.js'

type DrillOptions = Pick<DevnetOptions, 'faults' | 'seed' | 'faultJitterMs'>

interface Drill {
  readonly fault: Fault
  readonly child: NodeChild
  /** Window of the node at which it happens. */
  readonly atWindow: number
  /** Chance adds this to the moment at which the window is seen. */
  readonly delayMs: number
  dueAtMs: number | undefined
  state: 'planned' | 'active' | 'over'
  startedAtMs: number
}

export interface DrillRecord {
  readonly fault: string
  readonly label: string
  readonly window: number
  readonly startedAt: string | null
  readonly state: Drill['state']
}

/** Carries out the planned faults: each begins when its node reports the window, and ends after its time. */
export class Drills {
  readonly #drills: Drill[]
  readonly #onLine: (line: string) => void

  constructor(
    options: DrillOptions,
    children: readonly NodeChild[],
    startHead: number,
    onLine: (line: string) => void,
  ) {
    const random = seededRandom(options.seed)
    this.#onLine = onLine
    this.#drills = options.faults.map((fault) => {
      const child = children.find(({ label }) => label === fault.target)
      if (!child) throw new RangeError(`no node ${fault.target}`)
      const delayMs = random.next() * options.faultJitterMs
      const atWindow = startHead + fault.afterWindows
      return { fault, child, atWindow, delayMs, dueAtMs: undefined, state: 'planned', startedAtMs: 0 }
    })
  }

  /** Is a node away on purpose and for good? It is then not waited for. */
  isGoneForever(child: NodeChild): boolean {
    return this.#drills.some((drill) => {
      return drill.child === child && drill.state === 'active' && drill.fault.durationMs === Number.POSITIVE_INFINITY
    })
  }

  get isPending(): boolean {
    return this.#drills.some(({ state, fault }) => {
      return state === 'active' && fault.durationMs !== Number.POSITIVE_INFINITY
    })
  }

  get records(): DrillRecord[] {
    return this.#drills.map(({ fault, child, atWindow, state, startedAtMs }) => ({
      fault: fault.text,
      label: child.label,
      window: atWindow,
      startedAt: state === 'planned' ? null : new Date(startedAtMs).toISOString(),
      state,
    }))
  }

  update(nowMs: number): void {
    for (const drill of this.#drills) {
      if (drill.state === 'planned' && isDue(drill, nowMs)) this.#begin(drill, nowMs)
      else if (drill.state === 'active' && nowMs - drill.startedAtMs >= drill.fault.durationMs) this.#end(drill)
    }
  }

  #begin(drill: Drill, nowMs: number): void {
    const { child, fault } = drill
    drill.state = 'active'
    drill.startedAtMs = nowMs
    const duration = Number.isFinite(fault.durationMs) ? `for ${fault.durationMs / 1000} s` : 'for good'
    this.#onLine(`drill: ${fault.kind} ${child.label} at window ${drill.atWindow} ${duration}`)
    if (fault.kind === 'pause') child.pause()
    if (fault.kind === 'kill') child.kill()
  }

  #end(drill: Drill): void {
    const { child, fault } = drill
    drill.state = 'over'
    this.#onLine(`drill: ${child.label} is back`)
    if (fault.kind === 'pause') child.resume()
    else child.restart()
  }
}

/** A crash drill armed the node at its start: it is due once the node has killed itself. */
function isDue(drill: Drill, nowMs: number): boolean {
  const { fault, child, atWindow, delayMs } = drill
  if (fault.kind === 'crash') return child.hasCrashed
  if ((child.status?.window ?? 0) < atWindow || child.isDown || child.isPaused) return false
  drill.dueAtMs ??= nowMs + delayMs
  return nowMs >= drill.dueAtMs
}
