import type { GroupConfig } from '../../src/settings.js'
import type { Overlap } from '../../src/simulation/acting-log.js'
import { witnessEnd } from '../../src/simulation/network.js'
import type { World } from '../../src/simulation/world.js'
import { leadersIn, SERVE, startedWorld } from './support.js'

export interface ScheduleResult {
  readonly seed: number
  readonly steps: readonly string[]
  /** Times two hosts acted although one had no standing, or both could hear of each other. */
  readonly forbidden: readonly Overlap[]
  /** Hosts that went on acting without standing. */
  readonly lawless: readonly string[]
  readonly overlaps: number
  /** Effects that the sink took of a lower epoch. */
  readonly fenceBreaks: number
  /** Who leads when everything has been well for a while. */
  readonly leaders: readonly string[]
  readonly virtualMs: number
}

const STEPS = 12
const HEALED_MS = 60_000
/** Evidence is so old at most when it decides: the staleness of a witness, the confirming second, a promotion. */
const EVIDENCE_MS = 12_000
/** Row 9 of section 8, and a thawed service before the first turn of its loop: an instant and the kill budget. */
const THAW_MS = 1_500

type Step = (run: ScheduleRun) => string | null

const KINDS: readonly Step[] = [
  (run) => run.ifUp(run.host(), (host) => run.world.crash(host)),
  (run) => run.ifUp(run.host(), (host) => run.world.crash(host)),
  (run) => run.ifDown(run.host(), (host) => run.world.restart(host)),
  (run) => run.ifDown(run.host(), (host) => run.world.restart(host)),
  (run) => run.ifUp(run.host(), (host) => run.world.freezeHost(host)),
  (run) => run.thaw(run.host()),
  (run) => run.cut(),
  (run) => run.cut(),
  (run) => run.partition(),
  (run) => run.heal(),
  (run) => run.witness(),
  (run) => run.ifUp(run.host(), (host) => run.world.runner(host, SERVE).crash()),
]

/** What a host may do at most, whatever the configuration under test says. */
const QUORUM = 2
/** Spec 8, row 2, and the turn of a loop. */
const STOP_MS = 3_000

/** One random history of faults, and what it came to. One seed is one history. `plant` breaks something beforehand. */
export function runSchedule(config: GroupConfig, seed: number, plant?: (world: World) => void): ScheduleResult {
  const run = new ScheduleRun(config, seed)
  plant?.(run.world)
  for (let step = 0; step < STEPS; step++) run.step()
  run.mend()
  run.world.run(HEALED_MS)
  return run.result()
}

class ScheduleRun {
  readonly world: World
  readonly #seed: number
  readonly #config: GroupConfig
  readonly #steps: string[] = []
  readonly #thaws: { readonly host: string; readonly atMs: number }[] = []
  readonly #views: {
    readonly atMs: number
    readonly canMeet: ReadonlyMap<string, ReadonlySet<string>>
    readonly standing: ReadonlySet<string>
  }[] = []

  constructor(config: GroupConfig, seed: number) {
    this.#config = config
    this.#seed = seed
    const loss = seed % 3 === 0 ? 0.03 : 0
    this.world = startedWorld(config, { seed, hasSink: true, quality: { delayMs: 5, jitterMs: 40, loss } })
    this.#look()
  }

  step(): void {
    const what = this.#pick(KINDS)(this)
    if (what === null) return
    this.#steps.push(`${Math.round(this.world.nowMs)} ${what}`)
    this.#look()
    this.world.run(500 + this.#random() * 12_000)
  }

  host(): string {
    return this.#pick(Object.keys(this.#config.hosts))
  }

  ifUp(host: string, act: (host: string) => void): string | null {
    if (!this.world.host(host).isRunning) return null
    act(host)
    return `down or frozen: ${host}`
  }

  ifDown(host: string, act: (host: string) => void): string | null {
    if (this.world.host(host).isUp) return null
    act(host)
    return `restarted: ${host}`
  }

  thaw(host: string): string | null {
    if (!this.world.host(host).isFrozen) return null
    this.#thaws.push({ host, atMs: this.world.nowMs })
    this.world.thaw(host)
    return `thawed: ${host}`
  }

  cut(): string {
    const [a, b] = [this.host(), this.#pick(this.#ends())]
    if (this.#random() < 0.5) this.world.network.setBoth(a, b, false)
    else this.world.network.setLink(a, b, false)
    return `cut: ${a} ${b}`
  }

  partition(): string {
    const side = new Map(this.#ends().map((end) => [end, this.#random() < 0.5]))
    for (const [a, left] of side)
      for (const [b, right] of side) if (left !== right) this.world.network.setLink(a, b, false)
    return `partition: ${[...side].filter(([, isLeft]) => isLeft).map(([end]) => end)}`
  }

  heal(): string {
    this.world.network.healAll()
    return 'healed'
  }

  witness(): string | null {
    if (this.world.witnesses.size === 0) return null
    const name = this.#pick([...this.world.witnesses.keys()])
    const witness = this.world.witnesses.get(name)
    if (witness?.isUp && this.#random() < 0.5) witness.isUp = false
    else witness?.restart()
    return `witness down or restarted: ${name}`
  }

  mend(): void {
    this.heal()
    for (const witness of this.world.witnesses.values()) if (!witness.isUp) witness.restart()
    for (const host of Object.keys(this.#config.hosts)) {
      this.thaw(host)
      this.ifDown(host, () => this.world.restart(host))
    }
    this.#steps.push(`${Math.round(this.world.nowMs)} all mended`)
    this.#look()
  }

  result(): ScheduleResult {
    const overlaps = this.world.log.overlaps.filter(({ policy }) => policy === SERVE)
    return {
      seed: this.#seed,
      steps: this.#steps,
      forbidden: overlaps.filter((overlap) => !this.#isAllowed(overlap)),
      lawless: this.#lawless(),
      overlaps: overlaps.length,
      fenceBreaks: this.#fenceBreaks(),
      leaders: leadersIn(this.world),
      virtualMs: this.world.nowMs,
    }
  }

  /** Rows 4 and 9 of section 8 and nothing else. */
  #isAllowed({ hosts: [a, b], fromMs, toMs }: Overlap): boolean {
    const endMs = toMs ?? this.world.nowMs
    const isThaw = ({ host, atMs }: { host: string; atMs: number }) =>
      (host === a || host === b) && fromMs >= atMs - 1 && endMs - atMs < THAW_MS
    if (this.#thaws.some(isThaw)) return true
    return this.#views.some(({ atMs, canMeet, standing }, index) => {
      const untilMs = this.#views[index + 1]?.atMs ?? Number.POSITIVE_INFINITY
      const isRecent = untilMs >= fromMs - EVIDENCE_MS && atMs <= endMs
      const isApart = !(canMeet.get(a)?.has(b) && canMeet.get(b)?.has(a))
      return isRecent && isApart && standing.has(a) && standing.has(b)
    })
  }

  /** Row 2: whoever has lost everybody stops, and who never had standing does not begin. */
  #lawless(): string[] {
    return this.world.log.spans.flatMap(({ policy, host, fromMs, toMs }) => {
      if (policy !== SERVE) return []
      const endMs = toMs ?? this.world.nowMs
      const worst = Math.max(
        0,
        ...this.#withoutStanding(host).map(([from, to]) => Math.min(to, endMs) - Math.max(from, fromMs)),
      )
      return worst > STOP_MS
        ? [`${host} from ${Math.round(fromMs)} acted ${Math.round(worst)} ms without standing`]
        : []
    })
  }

  /** Times in which the links leave this host neither a majority nor a quorum, and its processes run. */
  #withoutStanding(host: string): [number, number][] {
    const times: [number, number][] = []
    for (const [index, { atMs, standing }] of this.#views.entries()) {
      if (standing.has(host)) continue
      const untilMs = this.#views[index + 1]?.atMs ?? this.world.nowMs
      const last = times.at(-1)
      if (last && last[1] === atMs) last[1] = untilMs
      else times.push([atMs, untilMs])
    }
    return times
  }

  #fenceBreaks(): number {
    const epochs = (this.world.sink?.accepted ?? []).filter(({ policy }) => policy === SERVE).map(({ epoch }) => epoch)
    return epochs.filter((epoch, index) => epoch < (epochs[index - 1] ?? 0n)).length
  }

  /** Who can hear of whom now: over two relays at most, or by a witness that both reach. */
  #look(): void {
    const hosts = Object.keys(this.#config.hosts)
    const running = hosts.filter((host) => this.world.host(host).isRunning)
    const canMeet = new Map(
      hosts.map((host) => [host, new Set([...this.#heardBy(host, running), ...this.#sharedBy(host, hosts)])] as const),
    )
    const standing = new Set(hosts.filter((host) => !running.includes(host) || this.#hasStanding(host, running)))
    this.#views.push({ atMs: this.world.nowMs, canMeet, standing })
  }

  /** By the links alone; a witness that was just restarted counts here, which only forgives. */
  #hasStanding(host: string, running: readonly string[]): boolean {
    const witnesses = [...this.world.witnesses].filter(
      ([end, { isUp }]) => isUp && this.#isLinked(host, witnessEnd(end)),
    )
    const hosts = Object.keys(this.#config.hosts).length
    return witnesses.length >= QUORUM || this.#heardBy(host, running).size * 2 > hosts
  }

  #heardBy(from: string, running: readonly string[]): Set<string> {
    const found = new Set(running.includes(from) ? [from] : [])
    for (let hop = 0; hop < 3; hop++) {
      for (const a of [...found]) for (const b of running) if (this.#isLinked(a, b)) found.add(b)
    }
    return found
  }

  #sharedBy(host: string, hosts: readonly string[]): string[] {
    const reached = (name: string) => {
      return [...this.world.witnesses].filter(([end, { isUp }]) => isUp && this.#isLinked(name, witnessEnd(end)))
    }
    const own = new Set(reached(host).map(([end]) => end))
    return hosts.filter((other) => reached(other).some(([end]) => own.has(end)))
  }

  #isLinked(a: string, b: string): boolean {
    const { network } = this.world
    return network.isUp(a, b) && network.isUp(b, a)
  }

  #ends(): string[] {
    return [...Object.keys(this.#config.hosts), ...[...this.world.witnesses.keys()].map(witnessEnd)]
  }

  #pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.#random() * values.length)]
    if (value === undefined) throw new RangeError('nothing to pick from')
    return value
  }

  #random(): number {
    return this.world.random.next()
  }
}
