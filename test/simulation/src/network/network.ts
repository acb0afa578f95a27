import type { Dice } from '../kernel/dice.js'
import { drawDelay, type LinkDelay, type LinkFaults, NO_LINK_FAULTS } from './faults.js'

/** Sent messages that a link may replay. */
const MEMORY = 64

export interface Scheduler {
  readonly nowMs: number
  after(delayMs: number, run: () => void): void
}

interface Link<P> {
  readonly delay: LinkDelay
  readonly sent: P[]
  /** Bars that are down now; overlapping partitions each hold one. */
  bars: number
}

export interface NetworkModules<P> {
  readonly scheduler: Scheduler
  readonly dice: Dice
  deliver(from: number, to: number, packet: P): void
}

/** Directed links between all processes. A barred link loses everything, in its one direction. */
export class Network<P> {
  readonly #links: Link<P>[][]
  readonly #modules: NetworkModules<P>
  faults: LinkFaults = NO_LINK_FAULTS

  constructor(size: number, modules: NetworkModules<P>) {
    this.#modules = modules
    const link = () => ({ delay: drawDelay(modules.dice), sent: [], bars: 0 })
    this.#links = Array.from({ length: size }, () => Array.from({ length: size }, link))
  }

  isOpen(from: number, to: number): boolean {
    return this.#link(from, to).bars === 0
  }

  /** Bars every link from `froms` to `tos`; the answer lifts these bars again. */
  bar(froms: readonly number[], tos: readonly number[]): () => void {
    const links = froms.flatMap((from) => tos.filter((to) => to !== from).map((to) => this.#link(from, to)))
    for (const link of links) link.bars++
    return () => {
      for (const link of links) link.bars--
    }
  }

  send(from: number, to: number, packet: P): void {
    const link = this.#link(from, to)
    const { dice } = this.#modules
    const { loss, duplicate, replay } = this.faults
    if (link.bars > 0 || dice.chance(loss)) return
    this.#carry(link, from, to, packet)
    if (dice.chance(duplicate)) this.#carry(link, from, to, packet)
    if (link.sent.length > 0 && dice.chance(replay)) this.#carry(link, from, to, dice.pick(link.sent))
    link.sent.push(packet)
    if (link.sent.length > MEMORY) link.sent.shift()
  }

  #carry(link: Link<P>, from: number, to: number, packet: P): void {
    const { scheduler, dice, deliver } = this.#modules
    const { straggle, straggleMaxMs } = this.faults
    const { meanMs, jitterMs } = link.delay
    const late = dice.chance(straggle) ? dice.between(0, straggleMaxMs) : 0
    scheduler.after(meanMs + dice.between(-jitterMs, jitterMs) + late, () => {
      if (link.bars === 0) deliver(from, to, packet)
    })
  }

  #link(from: number, to: number): Link<P> {
    const link = this.#links[from]?.[to]
    if (link === undefined) throw new RangeError(`no link ${from} → ${to}`)
    return link
  }
}
