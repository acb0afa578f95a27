import type { TrialNetwork } from '@montana/netns'
import { HOSTS, MACHINES } from '@montana/trials'

/** What is wrong with the network at one time; several may be at once. */
export interface WireFault {
  /** Of each, nothing passes from the first to the second. */
  readonly cuts?: readonly (readonly [string, string])[]
  /** Machines whose cable is pulled. */
  readonly unplugged?: readonly string[]
  /** Everywhere, of a hundred packets. */
  readonly lossPercent?: number
  /** Of everything that arrives at one machine. */
  readonly slow?: { readonly host: string; readonly kibPerSecond: number }
}

/** The network of a group: filters of its machines, and their cables. */
export class Wires {
  readonly #network: TrialNetwork
  readonly #faults = new Set<WireFault>()

  constructor(network: TrialNetwork) {
    this.#network = network
  }

  /** In force when it returns, until the function that it returns is called. */
  add(fault: WireFault): () => void {
    this.#faults.add(fault)
    try {
      this.#apply()
    } catch (error) {
      // It was not done, and must not come with the next one.
      this.#faults.delete(fault)
      this.#restore()
      throw error
    }
    return () => {
      this.#faults.delete(fault)
      this.#apply()
    }
  }

  /** What of it was done is taken back as far as that goes. */
  #restore(): void {
    try {
      this.#apply()
    } catch {
      // Why it could not be done is told already.
    }
  }

  #apply(): void {
    const faults = [...this.#faults]
    for (const host of HOSTS) this.#network.setPlug(host, !faults.some(({ unplugged }) => unplugged?.includes(host)))
    for (const machine of MACHINES) this.#filter(machine, faults)
  }

  #filter(machine: string, faults: readonly WireFault[]): void {
    const cuts = faults.flatMap((fault) => fault.cuts ?? [])
    const from = new Set(cuts.filter(([, to]) => to === machine).map(([sender]) => sender))
    this.#network.setFilter(machine, {
      dropFrom: [...from].map((sender) => this.#network.addressOf(sender)),
      lossPercent: Math.max(0, ...faults.map(({ lossPercent }) => lossPercent ?? 0)),
      kibPerSecond: faults.find(({ slow }) => slow?.host === machine)?.slow?.kibPerSecond,
    })
  }
}
