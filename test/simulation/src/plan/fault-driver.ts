import type { Dice } from '../kernel/dice.js'
import { NO_LINK_FAULTS } from '../network/faults.js'
import type { Process } from '../node/process.js'
import type { World } from '../world.js'
import { type FaultKind, type Plan, WINDOW_MS } from './plan.js'

/** Mean time between two incidents of one kind, virtual ms. */
const BETWEEN_MS = 6 * WINDOW_MS

type Incident = (driver: FaultDriver) => void

const INCIDENTS: Partial<Record<FaultKind, Incident>> = {
  partition: (driver) => driver.partition('both ways'),
  'one-way': (driver) => driver.partition('one way'),
  crash: (driver) => driver.crashSome(1),
  'crash-all': (driver) => driver.crashSome(Number.POSITIVE_INFINITY),
  freeze: (driver) => driver.freezeOne(),
  amnesia: (driver) => driver.forgetOne(),
}

/** Makes things go wrong while it is on, and puts everything right when it is switched off. */
export class FaultDriver {
  readonly #world: World
  readonly #plan: Plan
  readonly #dice: Dice
  readonly #cleanups = new Set<() => void>()
  #period = 0
  isOn = false

  constructor(world: World, plan: Plan, dice: Dice) {
    this.#world = world
    this.#plan = plan
    this.#dice = dice
  }

  get crashChance(): number {
    return this.isOn ? this.#plan.crashPerEffect : 0
  }

  on(): void {
    this.isOn = true
    this.#period++
    this.#world.network.faults = this.#plan.links
    for (const kind of this.#plan.faults) this.#scheduleNext(kind)
    if (this.#plan.gone !== undefined) this.#world.processes[this.#plan.gone]?.crash('for good')
  }

  /** Heals: links open and reliable, everybody up but who is gone for good. */
  off(): void {
    this.isOn = false
    this.#world.network.faults = NO_LINK_FAULTS
    for (const cleanup of [...this.#cleanups]) cleanup()
    for (const { index } of this.#world.processes) this.restart(index)
  }

  partition(direction: 'both ways' | 'one way'): void {
    const { network } = this.#world
    const all = this.#dice.shuffle(this.#world.processes.map(({ index }) => index))
    const cut = this.#dice.integer(1, all.length - 1)
    const [left, right] = [all.slice(0, cut), all.slice(cut)]
    const lifts = [network.bar(left, right), ...(direction === 'both ways' ? [network.bar(right, left)] : [])]
    this.#world.note(`partition ${left.join(',')} | ${right.join(',')} ${direction}`)
    this.#undoAfter(this.#dice.exponential(2 * WINDOW_MS), () => {
      for (const lift of lifts) lift()
      this.#world.note(`partition ${left.join(',')} | ${right.join(',')} healed`)
      this.#world.reconnect(left, right)
    })
  }

  crashSome(count: number): void {
    const { processes } = this.#world
    const victims = count >= processes.length ? processes : this.#dice.shuffle(processes).slice(0, count)
    for (const { index } of victims) {
      this.#world.processes[index]?.crash('killed')
      this.#undoAfter(this.#dice.exponential(WINDOW_MS), () => this.restart(index))
    }
  }

  freezeOne(): void {
    const victim = this.#dice.pick(this.#world.processes)
    victim.freeze()
    this.#world.note(`freeze ${victim.name}`)
    this.#undoAfter(this.#dice.exponential(WINDOW_MS), () => victim.thaw())
  }

  /** A member comes back without its signature journal, or with nothing but its key; never two of them at once. */
  forgetOne(): void {
    const { processes, document } = this.#world
    const candidates = document.cementingRule === 'vote' ? processes : processes.slice(1)
    const victim = this.#dice.pick(candidates)
    if (!this.#mayForget()) return
    victim.crash('loses its memory')
    this.#world.forget(victim, this.#dice.chance(0.5))
    this.#undoAfter(this.#dice.exponential(WINDOW_MS), () => this.restart(victim.index))
  }

  /** After a crash by chance, which may cost the memory too: it strikes where most is signed. */
  restartSoon(index: number): void {
    const delayMs = this.#dice.chance(0.8) ? this.#dice.between(500, 5_000) : this.#dice.exponential(2 * WINDOW_MS)
    const victim = this.#world.processes[index]
    const isForgetting = this.#plan.faults.has('amnesia') && this.#dice.chance(0.5)
    const isFirst = index === 0 && this.#world.document.cementingRule !== 'vote'
    if (victim && isForgetting && !isFirst && this.isOn && this.#mayForget(victim)) {
      this.#world.forget(victim, this.#dice.chance(0.5))
    }
    this.#undoAfter(delayMs, () => this.restart(index))
  }

  /** Nobody else is silent; and at the very beginning nobody can tell a node that forgot from one that is new (16.3). */
  #mayForget(dead?: Process): boolean {
    const isSilent = ({ isUp, disk }: Process) => !isUp || disk.signFrom === undefined || disk.signFrom > disk.head + 1
    const { processes } = this.#world
    return !processes.some((process) => process.head === 0 || (process !== dead && isSilent(process)))
  }

  restart(index: number): void {
    const process = this.#world.processes[index]
    if (!process || process.isUp || index === this.#plan.gone) return
    this.#world.startProcess(process)
  }

  #scheduleNext(kind: FaultKind): void {
    const incident = INCIDENTS[kind]
    const period = this.#period
    if (!incident) return
    this.#world.after(this.#dice.exponential(BETWEEN_MS), () => {
      if (!this.isOn || period !== this.#period) return
      incident(this)
      this.#scheduleNext(kind)
    })
  }

  /** Undone after a while, or when faults end, whichever comes first. */
  #undoAfter(delayMs: number, undo: () => void): void {
    const once = () => {
      if (this.#cleanups.delete(once)) undo()
    }
    this.#cleanups.add(once)
    this.#world.after(delayMs, once)
  }
}
