import type { GroupConfig } from '../../src/settings.js'
import { witnessEnd } from '../../src/simulation/network.js'
import type { World } from '../../src/simulation/world.js'

/** Of three, whatever the configuration under test says. */
const QUORUM = 2

/** A way is all of its parts: links between running hosts, or the reach of one counted witness from both ends. */
type Way = readonly string[]

interface View {
  readonly atMs: number
  readonly open: ReadonlySet<string>
  /** Hosts that reach a majority or a quorum of the witnesses; of a frozen one nothing can be said. */
  readonly standing: ReadonlySet<string>
}

/** By which ways two hosts hear of each other, since when each has been open without a break, and who has standing. */
export class Ways {
  readonly #world: World
  readonly #isAlways: boolean
  readonly #views: View[] = []

  constructor(world: World, { coordinator }: GroupConfig) {
    this.#world = world
    this.#isAlways = coordinator.kind === 'chain' && coordinator.witnessQuorumFor === 'always'
    this.look()
  }

  /** To be called after every change of the world. A witness that settles meanwhile counts from the next call on. */
  look(): void {
    const hosts = this.#hosts()
    const links = hosts.flatMap((a) => hosts.filter((b) => a < b && this.#isLinked(a, b)).map((b) => link(a, b)))
    const settled = [...this.#world.witnesses].filter(([, { isUp, isSettled }]) => isUp && isSettled)
    const reached = settled.flatMap(([name]) => hosts.filter((a) => this.#reaches(a, name)).map((a) => reach(a, name)))
    const open = new Set([...links, ...reached])
    const standing = new Set(hosts.filter((host) => this.#world.host(host).isFrozen || this.#hasStanding(host, open)))
    this.#views.push({ atMs: this.#world.nowMs, open, standing })
  }

  #hasStanding(host: string, open: ReadonlySet<string>): boolean {
    const hasQuorum = [...this.#world.witnesses.keys()].filter((name) => open.has(reach(host, name))).length >= QUORUM
    const isJoined = (other: string) => this.#relayed(host, other).some((way) => way.every((part) => open.has(part)))
    const visible = this.#hosts().filter((other) => other === host || isJoined(other)).length
    return hasQuorum || (!this.#isAlways && visible * 2 > this.#hosts().length)
  }

  /** Whether `host` had standing at some moment of that time at which it was not firmly connected with `other`. */
  couldActUnseen(host: string, other: string, fromMs: number, untilMs: number, firmMs: number): boolean {
    return this.#segments(fromMs, untilMs).some(({ view, startMs }) => {
      return view.standing.has(host) && this.connectedMs([host, other], startMs) < firmMs
    })
  }

  /** Longest part of that time without standing. */
  longestWithoutStanding(host: string, fromMs: number, untilMs: number): number {
    let [longest, current] = [0, 0]
    for (const { view, startMs, endMs } of this.#segments(fromMs, untilMs)) {
      current = view.standing.has(host) ? 0 : current + endMs - startMs
      longest = Math.max(longest, current)
    }
    return longest
  }

  #segments(fromMs: number, untilMs: number): { view: View; startMs: number; endMs: number }[] {
    return this.#views.flatMap((view, index) => {
      const endMs = Math.min(untilMs, this.#views[index + 1]?.atMs ?? Number.POSITIVE_INFINITY)
      const startMs = Math.max(fromMs, view.atMs)
      return startMs < endMs ? [{ view, startMs, endMs }] : []
    })
  }

  /** For how long the best way has been open at that time; 0: none is. */
  connectedMs([a, b]: readonly [string, string], atMs: number): number {
    let ways = this.#waysBetween(a, b)
    let sinceMs = atMs
    for (const { atMs: seenMs, open } of this.#views.filter((view) => view.atMs <= atMs).toReversed()) {
      ways = ways.filter((way) => way.every((part) => open.has(part)))
      if (ways.length === 0) break
      sinceMs = seenMs
    }
    return atMs - sinceMs
  }

  #waysBetween(a: string, b: string): Way[] {
    return [
      ...this.#relayed(a, b),
      ...[...this.#world.witnesses.keys()].map((name) => [reach(a, name), reach(b, name)]),
    ]
  }

  /** Over two relays at most: spec 5.3. */
  #relayed(a: string, b: string): Way[] {
    const others = this.#hosts().filter((host) => host !== a && host !== b)
    const one = others.map((via) => [link(a, via), link(via, b)])
    const two = others.flatMap((via) =>
      others.filter((next) => next !== via).map((next) => [link(a, via), link(via, next), link(next, b)]),
    )
    return [[link(a, b)], ...one, ...two]
  }

  #isLinked(a: string, b: string): boolean {
    const { network } = this.#world
    return this.#isRunning(a) && this.#isRunning(b) && network.isUp(a, b) && network.isUp(b, a)
  }

  #reaches(host: string, witness: string): boolean {
    const { network } = this.#world
    const end = witnessEnd(witness)
    return this.#isRunning(host) && network.isUp(host, end) && network.isUp(end, host)
  }

  #isRunning(host: string): boolean {
    return this.#world.host(host).isRunning
  }

  #hosts(): string[] {
    return [...this.#world.hosts.keys()]
  }
}

function link(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}

function reach(host: string, witness: string): string {
  return `${host} at ${witness}`
}
