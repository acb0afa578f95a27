import type { GroupConfig } from '../config/types.js'

/** What is broken: spec three-mirror 3.2, `simulate`. Names are those of the configuration. */
export interface Scenario {
  readonly down: readonly string[]
  readonly frozen: readonly string[]
  /** Pairs that cannot reach each other. */
  readonly cuts: readonly (readonly [string, string])[]
  /** Groups of hosts without any link between them; who is in none is alone with the others of whom that is true. */
  readonly islands: readonly (readonly string[])[]
  /** Who reaches a witness; a witness that is not named is reached by all. */
  readonly witnesses: ReadonlyMap<string, readonly string[]>
  /** Who reaches the etcd that decides; null: all. */
  readonly etcd: readonly string[] | null
}

/** The links between hosts, as a scenario leaves them. */
export class Links {
  readonly #cut: ReadonlySet<string>
  readonly up: readonly string[]

  constructor(config: GroupConfig, { down, frozen, cuts, islands }: Scenario) {
    const hosts = Object.keys(config.hosts)
    this.up = hosts.filter((host) => !down.includes(host) && !frozen.includes(host))
    const islandOf = (host: string) => islands.findIndex((island) => island.includes(host))
    const apart = hosts.flatMap((a) => hosts.filter((b) => islandOf(a) !== islandOf(b)).map((b) => pair(a, b)))
    this.#cut = new Set([...cuts.map(([a, b]) => pair(a, b)), ...apart])
  }

  isCut(a: string, b: string): boolean {
    return this.#cut.has(pair(a, b))
  }

  get hasCuts(): boolean {
    return this.#cut.size > 0
  }

  /** Hosts that reach each other over any number of others. */
  components(): string[][] {
    const left = new Set(this.up)
    const found: string[][] = []
    for (const host of this.up) {
      if (!left.has(host)) continue
      const component = this.#reach(host, this.up.length)
      for (const member of component) left.delete(member)
      found.push(component)
    }
    return found
  }

  /** With `relays` others at most in between. */
  areAllWithin(relays: number): boolean {
    return this.up.every((host) => this.#reach(host, relays + 1).length === this.up.length)
  }

  #reach(from: string, hops: number): string[] {
    const found = new Set([from])
    for (let hop = 0; hop < hops; hop++) {
      for (const host of [...found]) for (const next of this.up) if (!this.isCut(host, next)) found.add(next)
    }
    return this.up.filter((host) => found.has(host))
  }
}

function pair(a: string, b: string): string {
  return [a, b].sort().join(' ')
}
