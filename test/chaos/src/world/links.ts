import type { Conditions } from '@montana/link-proxy'
import type { TrialNetwork } from '@montana/netns'
import type { Agent } from '../agent/agent.js'
import { LABELS, type Label } from '../mesh/constants.js'
import type { Cut } from '../plan/cuts.js'

/** What is wrong with the links at one time; several may be at once. */
export interface LinkFault {
  readonly cuts?: readonly Cut[]
  readonly lossPercent?: number
  /** Of everything that arrives at one machine. */
  readonly slow?: { readonly label: Label; readonly kibPerSecond: number }
  /** Of every link from or to one machine, each way. */
  readonly delay?: { readonly label: Label; readonly ms: number }
}

const KIB = 1024

/** The links of the mesh: filters of the machines where they are namespaces, the links in user space otherwise. */
export class Links {
  readonly #network: TrialNetwork
  readonly #agents: ReadonlyMap<Label, Agent>
  readonly #faults = new Set<LinkFault>()

  constructor(network: TrialNetwork, agents: ReadonlyMap<Label, Agent>) {
    this.#network = network
    this.#agents = agents
  }

  /** In force when it returns, until the function that it returns is called. */
  add(fault: LinkFault): () => void {
    this.#faults.add(fault)
    try {
      this.#apply()
    } catch (error) {
      this.#takeBack(fault)
      throw error
    }
    return () => {
      this.#faults.delete(fault)
      this.#apply()
    }
  }

  /** It may be in force on some machines: nobody would end it. */
  #takeBack(fault: LinkFault): void {
    this.#faults.delete(fault)
    try {
      this.#apply()
    } catch {
      // What is still in force goes with the next change that can be made.
    }
  }

  #apply(): void {
    for (const to of LABELS) {
      if (this.#network.kind === 'namespaces') this.#filter(to)
      for (const from of LABELS) if (from !== to) this.#shape(from, to)
    }
  }

  #filter(to: Label): void {
    const faults = [...this.#faults]
    const from = LABELS.filter((other) => faults.some(({ cuts }) => isCut(cuts, other, to)))
    this.#network.setFilter(to, {
      dropFrom: from.map((label) => this.#network.addressOf(label)),
      lossPercent: Math.max(0, ...faults.map(({ lossPercent }) => lossPercent ?? 0)),
      kibPerSecond: faults.find(({ slow }) => slow?.label === to)?.slow?.kibPerSecond,
    })
  }

  /** The link in front of `to` that comes from `from`. */
  #shape(from: Label, to: Label): void {
    const faults = [...this.#faults]
    const delays = faults.flatMap(({ delay }) => (delay && [from, to].includes(delay.label) ? [delay.ms] : []))
    const both: Partial<Conditions> = { delayMs: Math.max(0, ...delays) }
    const agent = this.#agents.get(to)
    if (this.#network.kind === 'namespaces') return agent?.order({ from, change: { forward: both, backward: both } })
    const slowTo = (label: Label) => faults.find(({ slow }) => slow?.label === label)?.slow?.kibPerSecond
    const rate = (label: Label) => ({ bytesPerSecond: bytes(slowTo(label)) })
    const change = { forward: { ...both, ...rate(to) }, backward: { ...both, ...rate(from) } }
    agent?.order({ from, change, isCut: faults.some(({ cuts }) => isCut(cuts, from, to) || isCut(cuts, to, from)) })
  }
}

function isCut(cuts: readonly Cut[] | undefined, from: Label, to: Label): boolean {
  return cuts?.some(([one, other]) => one === from && other === to) ?? false
}

/** JSON knows no Infinity; as many bytes as nobody sends. */
function bytes(kibPerSecond: number | undefined): number {
  return kibPerSecond === undefined ? Number.MAX_SAFE_INTEGER : kibPerSecond * KIB
}
