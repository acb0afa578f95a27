import type { GroupConfig } from '../../src/settings.js'
import type { ActingSpan, Overlap } from '../../src/simulation/acting-log.js'
import type { WorldChoices } from '../../src/simulation/build-world.js'
import { etcdEnd } from '../../src/simulation/etcd/sim-etcd.js'
import { type LinkQuality, witnessEnd } from '../../src/simulation/network.js'
import { USUAL_HABITS } from '../../src/simulation/sim-runner.js'
import type { SimWitness } from '../../src/simulation/sim-witness.js'
import type { World } from '../../src/simulation/world.js'
import { leadersIn, SERVE, startedWorld, untilLeader } from './support.js'
import { Ways } from './ways.js'

export interface ScheduleResult {
  readonly seed: number
  readonly steps: readonly string[]
  /** Times two hosts acted although they could see each other, or a witness that both reach. */
  readonly forbidden: readonly Overlap[]
  /** Tenures that went on without standing. */
  readonly lawless: readonly ActingSpan[]
  readonly overlaps: number
  /** Those of the overlaps that are the instant after a thaw. */
  readonly thawed: number
  /** Effects that the sink took of a lower epoch. */
  readonly fenceBreaks: number
  /** Who leads when everything has been well for a while. */
  readonly leaders: readonly string[]
  readonly virtualMs: number
}

const STEPS = 14
const HEALED_MS = 60_000
/** A planned handover takes no longer: 10.4. */
const HANDOVER_MS = 1_000
/** A way that has been open for so long shows an acting host: its question of 0.5 s, the confirming second, one loss. */
const EVIDENCE_MS = 2_500
/** A leader that has lost its standing is gone by then, and nobody starts before: spec 5.4, row 2. */
const STOPPED_MS = 2_750
/** Of two leaders that meet one is gone: 2 s after contact, the kill budget, one turn. Section 8, Heal. */
const HEAL_MS = 2_750
/** Row 9 of section 8, and a thawed service before the first turn of its loop: a turn and the kill budget. */
const THAW_MS = 750

const QUIET: LinkQuality = { delayMs: 5, jitterMs: 40, loss: 0 }
const QUALITIES: readonly LinkQuality[] = [
  QUIET,
  { ...QUIET, loss: 0.03 },
  { delayMs: 40, jitterMs: 10, loss: 0 },
  { delayMs: 10, jitterMs: 200, loss: 0.05 },
]

export type Step = (run: ScheduleRun) => string | null

export const KINDS: readonly Step[] = [
  (run) => run.ifUp(run.host(), (host) => run.world.crash(host)),
  (run) => run.ifUp(run.host(), (host) => run.world.crash(host)),
  (run) => run.ifDown(run.host(), (host) => run.world.restart(host)),
  (run) => run.ifDown(run.host(), (host) => run.world.restart(host)),
  (run) => run.ifDown(run.host(), (host) => run.world.restart(host, false)),
  (run) => run.ifUp(run.host(), (host) => run.world.freezeHost(host)),
  (run) => run.ifUp(run.host(), (host) => run.world.freezeAgent(host)),
  (run) => run.thaw(run.host()),
  (run) => run.thaw(run.host()),
  (run) => run.habits(),
  (run) => run.cut(),
  (run) => run.cut(),
  (run) => run.partition(),
  (run) => run.heal(),
  (run) => run.witness(),
  (run) => run.ifUp(run.host(), (host) => run.world.runner(host, SERVE).crash()),
]

/** One random history of faults, and what it came to. One seed is one history; `plant` breaks something beforehand. */
export function runSchedule(config: GroupConfig, seed: number, plant?: (world: World) => void): ScheduleResult {
  return ran(new ScheduleRun(config, { seed }), KINDS, plant).result()
}

/** The faults, their end, and a while in which all is well. */
export function ran(run: ScheduleRun, kinds: readonly Step[], plant?: (world: World) => void): ScheduleRun {
  plant?.(run.world)
  for (let step = 0; step < STEPS; step++) run.step(kinds)
  run.mend()
  run.world.run(HEALED_MS)
  // The last instant may lie within a planned handover: failback.
  untilLeader(run.world, HANDOVER_MS)
  return run
}

/** What must not be in any history. */
export function isGood({ forbidden, lawless, fenceBreaks, leaders }: ScheduleResult): boolean {
  return forbidden.length === 0 && lawless.length === 0 && fenceBreaks === 0 && leaders.length === 1
}

export class ScheduleRun {
  readonly world: World
  readonly #seed: number
  readonly #config: GroupConfig
  readonly #steps: string[] = []
  readonly #thaws: { readonly host: string; readonly atMs: number }[] = []
  readonly #ways: Ways

  constructor(config: GroupConfig, choices: Pick<WorldChoices, 'seed' | 'etcdRate'>) {
    this.#config = config
    this.#seed = choices.seed
    const quality = QUALITIES[choices.seed % QUALITIES.length] ?? QUIET
    this.world = startedWorld(config, { ...choices, hasSink: true, quality })
    this.#ways = new Ways(this.world, config)
  }

  step(kinds: readonly Step[]): void {
    const what = this.pick(kinds)(this)
    if (what === null) return
    this.#steps.push(`${Math.round(this.world.nowMs)} ${what}`)
    this.#ways.look()
    this.world.run(500 + this.random() * 12_000)
  }

  host(): string {
    return this.pick(Object.keys(this.#config.hosts))
  }

  ifUp(host: string, act: (host: string) => void): string | null {
    if (!this.world.host(host).isRunning) return null
    act(host)
    return `${this.world.host(host).isUp ? 'frozen' : 'down'}: ${host}`
  }

  ifDown(host: string, act: (host: string) => void): string | null {
    if (this.world.host(host).isUp) return null
    act(host)
    return `restarted: ${host}`
  }

  thaw(host: string): string | null {
    if (!this.world.host(host).isFrozen) return null
    this.#thaws.push({ host, atMs: this.world.nowMs })
    const isSuspend = this.random() < 0.5
    this.world.thaw(host, isSuspend)
    return `thawed: ${host}${isSuspend ? ', as after a suspend' : ''}`
  }

  cut(): string {
    const [a, b] = [this.host(), this.pick(this.#ends())]
    if (this.random() < 0.5) this.world.network.setBoth(a, b, false)
    else this.world.network.setLink(a, b, false)
    return `cut: ${a} ${b}`
  }

  cutFromEtcd(): string {
    const host = this.host()
    for (const member of this.world.etcd?.members.keys() ?? []) this.world.network.setBoth(host, etcdEnd(member), false)
    return `cut from etcd: ${host}`
  }

  partition(): string {
    const side = new Map(this.#ends().map((end) => [end, this.random() < 0.5]))
    for (const [a, left] of side)
      for (const [b, right] of side) if (left !== right) this.world.network.setLink(a, b, false)
    return `partition: ${[...side].filter(([, isLeft]) => isLeft).map(([end]) => end)}`
  }

  heal(): string {
    this.world.network.healAll()
    return 'healed'
  }

  /** How the service of one host behaves from now on. */
  habits(): string {
    const host = this.host()
    const start = this.pick(['works', 'works', 'throws', 'hangs'] as const)
    const stop = this.pick(['works', 'hangs'] as const)
    this.world.runner(host, SERVE).habits = { ...USUAL_HABITS, start, stop }
    return `service of ${host}: start ${start}, stop ${stop}`
  }

  witness(): string | null {
    if (this.world.witnesses.size === 0) return null
    const name = this.pick([...this.world.witnesses.keys()])
    const witness = this.world.witnesses.get(name)
    if (witness?.isUp && this.random() < 0.5) witness.isUp = false
    else if (witness) this.#restart(witness)
    return `witness down or restarted: ${name}`
  }

  /** It counts, and so opens a way, when it has been up for longer than its staleness: S5. */
  #restart(witness: SimWitness): void {
    witness.restart()
    this.world.scheduler.after(witness.settings.stalenessMs + 1, () => this.#ways.look())
  }

  mend(): void {
    this.heal()
    for (const witness of this.world.witnesses.values()) if (!witness.isUp) this.#restart(witness)
    for (const member of this.world.etcd?.members.values() ?? []) this.world.etcd?.restart(member.name)
    for (const host of Object.keys(this.#config.hosts)) {
      this.world.runner(host, SERVE).habits = USUAL_HABITS
      this.thaw(host)
      this.ifDown(host, () => this.world.restart(host))
    }
    this.#steps.push(`${Math.round(this.world.nowMs)} all mended`)
    this.#ways.look()
  }

  result(): ScheduleResult {
    const overlaps = this.world.log.overlaps.filter(({ policy }) => policy === SERVE)
    return {
      seed: this.#seed,
      steps: this.#steps,
      forbidden: overlaps.filter((overlap) => !this.#isAllowed(overlap)),
      lawless: this.#lawless(),
      overlaps: overlaps.length,
      thawed: overlaps.filter((overlap) => this.#isThaw(overlap)).length,
      fenceBreaks: this.#fenceBreaks(),
      leaders: leadersIn(this.world),
      virtualMs: this.world.nowMs,
    }
  }

  /** Rows 4 and 9 of section 8 and nothing else. */
  #isAllowed(overlap: Overlap): boolean {
    if (this.#isThaw(overlap)) return true
    const { fromMs, toMs } = overlap
    const [a, b] = overlap.hosts
    const endMs = toMs ?? this.world.nowMs
    const first = this.#earlier(a, b, fromMs)
    const isUnseen = this.#ways.couldActUnseen(first, first === a ? b : a, fromMs - STOPPED_MS, fromMs, EVIDENCE_MS)
    return isUnseen && this.#ways.connectedMs([a, b], endMs) < HEAL_MS
  }

  /** Of two that acted at once none had just been thawed. */
  unexcused(): readonly Overlap[] {
    return this.world.log.overlaps.filter((overlap) => overlap.policy === SERVE && !this.#isThaw(overlap))
  }

  /** Row 9: one of the two wakes, and is gone after its first turn. */
  #isThaw({ hosts, fromMs, toMs }: Overlap): boolean {
    const endMs = toMs ?? this.world.nowMs
    return this.#thaws.some(({ host, atMs }) => hosts.includes(host) && fromMs >= atMs - 1 && endMs - atMs < THAW_MS)
  }

  /** Whoever of the two had been acting when the other began. */
  #earlier(a: string, b: string, atMs: number): string {
    const sinceMs = (host: string) =>
      this.#spans().find(
        (span) => span.host === host && span.fromMs <= atMs && (span.toMs ?? Number.POSITIVE_INFINITY) > atMs,
      )?.fromMs ?? atMs
    return sinceMs(a) <= sinceMs(b) ? a : b
  }

  #spans(): readonly ActingSpan[] {
    return this.world.log.spans.filter(({ policy }) => policy === SERVE)
  }

  /** Row 2: acting although nobody was reached for longer than the deadline and the kill. A thawed one has its turn. */
  #lawless(): readonly ActingSpan[] {
    return this.#spans().filter(({ host, fromMs, toMs }) => {
      return this.#ways.longestWithoutStanding(host, fromMs, toMs ?? this.world.nowMs) > STOPPED_MS
    })
  }

  #fenceBreaks(): number {
    const epochs = (this.world.sink?.accepted ?? []).filter(({ policy }) => policy === SERVE).map(({ epoch }) => epoch)
    return epochs.filter((epoch, index) => epoch < (epochs[index - 1] ?? 0n)).length
  }

  #ends(): string[] {
    const members = [...(this.world.etcd?.members.keys() ?? [])].map(etcdEnd)
    return [...Object.keys(this.#config.hosts), ...[...this.world.witnesses.keys()].map(witnessEnd), ...members]
  }

  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.random() * values.length)]
    if (value === undefined) throw new RangeError('nothing to pick from')
    return value
  }

  random(): number {
    return this.world.random.next()
  }
}
