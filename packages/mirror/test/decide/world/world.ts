import type { Role } from '../../../src/contracts/config.js'
import type { FenceEntry, FenceRecord } from '../../../src/contracts/fence.js'
import type { Signature } from '../../../src/decide/fence-records.js'
import { firstRecord } from '../../../src/decide/fence-rules.js'
import type { HandbackProgress } from '../../../src/decide/handback.js'
import type { SentinelMemory } from '../../../src/decide/memory.js'
import type { PromotionProgress } from '../../../src/decide/promotion.js'
import { NO_RETURN, type ReturnMemory } from '../../../src/decide/return-watch.js'
import type { TakerTime } from '../../../src/decide/taker-clock.js'
import { MIN } from '../support/gap-replay.js'
import type { Rules } from './faults.js'
import { Random } from './random.js'
import { type Process, Schedule } from './schedule.js'

export const SPAN_MS = 16 * 60 * MIN
const EPOCH_MS = Date.UTC(2026, 1, 7)

/** One repository with the host of its processes. */
export interface Repo {
  readonly id: string
  /** Of its clocks, true milliseconds to own ones. */
  readonly rate: number
  offsetMs: number
  /** True intervals without a way to the fence and to other repositories. */
  readonly cuts: readonly (readonly [number, number])[]
  /** True interval in which nothing runs. */
  readonly dead: readonly [number, number]
  role: Role
  heartbeat: string
  memory: SentinelMemory | null
  memoryVersion: number
  returns: ReturnMemory
  /** When the record as it is was first seen here, and what it is known by. */
  seen: { nonce: string; atMono: number }
  promotion: Transaction<PromotionProgress>
  handback: Transaction<HandbackProgress>
}

/** Progress in the audit table and who works on it: a newer executor ends an older one. */
export interface Transaction<P> {
  progress: P | null
  executor: number
  cause: 'silence' | 'planned'
  /** Commit of the record on which the decision fell. */
  decidedOn: string | null
}

/** One run that may act. */
export interface Run {
  readonly repo: Repo
  readonly role: Role
  /** A process on a host, which no list of runs shows. */
  readonly isService: boolean
  process: Process | null
  entry: FenceEntry | null
  startMono: number | null
}

export class World {
  readonly random: Random
  readonly schedule = new Schedule()
  readonly runs = new Set<Run>()
  readonly history: FenceRecord[] = []
  readonly actors = new Map<number, string>()
  readonly violations: string[] = []
  readonly counts = {
    acts: 0,
    promoted: 0,
    undone: 0,
    handedBack: 0,
    undrained: 0,
    refused: 0,
    planned: 0,
    takenBack: 0,
    killed: 0,
    overtaken: 0,
    wrongClocks: 0,
  }
  readonly primary: Repo
  readonly replicas: readonly Repo[]
  /** Of the provider's clock, which is right within the skew. */
  readonly #providerMs: number
  entry: FenceEntry
  notice: { readonly head: string; readonly at: string; readonly nonce: string } | null = null
  readonly #holders = new Map<number, string>()
  #serial = 0

  constructor(
    seed: number,
    readonly rules: Rules,
  ) {
    this.random = new Random(seed)
    this.#providerMs = this.random.between(-0.9, 0.9) * rules.settings.skewMs
    this.primary = this.#repo('github:1', 'MASTER')
    this.replicas = [this.#repo('github:2', 'SLAVE'), this.#repo('github:3', 'SLAVE')]
    const content = { tips: {}, gates: {}, autoPromote: true, permitMinutes: rules.settings.permitMs / MIN }
    this.entry = this.#record(firstRecord('github:1', content, this.sign('setup')))
  }

  mono(repo: Repo): number {
    return this.schedule.nowMs * repo.rate
  }

  wall(repo: Repo): number {
    return EPOCH_MS + this.schedule.nowMs * repo.rate + repo.offsetMs
  }

  isCut(repo: Repo): boolean {
    return this.#cutOf(repo) !== undefined
  }

  #cutOf({ cuts }: Repo): readonly [number, number] | undefined {
    return cuts.find(([from, to]) => this.schedule.nowMs >= from && this.schedule.nowMs < to)
  }

  isDead({ dead: [from, to] }: Repo): boolean {
    return this.schedule.nowMs >= from && this.schedule.nowMs < to
  }

  /** With the clock of that repository, or as of that time. */
  sign(actor: string, by?: Repo | number): Signature {
    const nowMs = typeof by === 'object' ? this.wall(by) : by
    const renewedAt = nowMs === undefined ? '2026-02-07T00:00:00Z' : new Date(nowMs).toISOString()
    return { actor, reason: 'model', nonce: `n${this.#serial++}`, renewedAt }
  }

  serial(): number {
    return this.#serial++
  }

  /** One question to the fence. Undefined: no answer, although it may have been heard. */
  *ask<T>(repo: Repo, question: () => T): Generator<number, T | undefined, void> {
    yield this.#travelMs()
    if (yield* this.#isLost(repo)) return undefined
    const answer = question()
    yield this.#travelMs()
    return (yield* this.#isLost(repo)) ? undefined : answer
  }

  /** What meets a cut is lost, or hangs until the line is back. */
  *#isLost(repo: Repo): Generator<number, boolean, void> {
    const cut = this.#cutOf(repo)
    if (!cut) return false
    if (this.random.chance(0.5)) return true
    yield cut[1] - this.schedule.nowMs + this.random.between(0, 2_000)
    return this.isCut(repo)
  }

  /** By its own clock and the provider's. Undefined: no answer, or a clock that is wrong; now and then somebody then sets it. */
  *takerTime(repo: Repo): Generator<number, TakerTime | undefined, void> {
    const startMono = this.mono(repo)
    const providerMs = yield* this.ask(
      repo,
      () => Math.floor((EPOCH_MS + this.schedule.nowMs + this.#providerMs) / 1_000) * 1_000,
    )
    if (providerMs === undefined) return undefined
    const reading = { ownMs: this.wall(repo), providerMs, tripMs: this.mono(repo) - startMono }
    const clock = this.rules.takerClock(reading, this.rules.settings.skewMs)
    if ('ok' in clock) return clock.ok
    this.counts.wrongClocks++
    if (this.random.chance(0.5)) this.setClock(repo)
    return undefined
  }

  /** Right but for some minutes. */
  setClock(repo: Repo): void {
    repo.offsetMs = this.schedule.nowMs * (1 - repo.rate) + this.random.between(-4, 4) * MIN
  }

  /** By a little, by hours or by a day; monotonic clocks are never set. */
  leap(repo: Repo): void {
    repo.offsetMs += this.random.pick(-24 * 60, -170, -10, 10, 170, 24 * 60) * MIN
  }

  /** Atomic at the fence. Null: somebody else was first. */
  swap(old: FenceEntry, next: FenceRecord): FenceEntry | null {
    if (this.rules.isSwapLeased && old.commit !== this.entry.commit) return null
    this.#checkSuccession(this.entry.record, next)
    this.entry = this.#record(next)
    return this.entry
  }

  act(run: Run): void {
    const epoch = run.entry?.record.epoch ?? 0
    const actor = this.actors.get(epoch) ?? run.repo.id
    this.actors.set(epoch, actor)
    this.counts.acts++
    if (actor !== run.repo.id) this.#violation(`epoch ${epoch}: ${actor} and ${run.repo.id} acted`)
  }

  /** At most one repository may act. Permits only end between events, so it is enough to look at each. */
  check(): void {
    if (this.runs.size < 2) return
    let actor: Repo | null = null
    for (const run of this.runs) {
      if (!this.mayAct(run)) continue
      if (actor !== null && actor !== run.repo) this.#violation(`${actor.id} and ${run.repo.id} may act at once`)
      actor = run.repo
    }
  }

  mayAct({ entry, repo, role, startMono }: Run): boolean {
    const settings = { enabled: true, autoPromote: true, permitMs: this.rules.settings.permitMs }
    return this.rules.mayAct(entry, repo.id, role, startMono, this.mono(repo), settings).act
  }

  /** Ends runs of a repository: those that its provider lists, as a cancel that was read back, or all. */
  endRuns(repo: Repo, which: 'listed' | 'all'): void {
    for (const run of this.runs) {
      if (run.repo !== repo || (run.isService && which === 'listed')) continue
      if (run.process) this.schedule.kill(run.process)
      this.runs.delete(run)
    }
  }

  /** What an operator sees who has ended all and read back; true runs are all that the model has. */
  hasRuns(holder: string): boolean {
    return [...this.runs].some(({ repo }) => repo.id === holder)
  }

  /** How long, by its own clock, this host has known the record as it is. */
  knownForMs(repo: Repo, { nonce }: FenceRecord): number {
    if (repo.seen.nonce !== nonce) repo.seen = { nonce, atMono: this.mono(repo) }
    return this.mono(repo) - repo.seen.atMono
  }

  #checkSuccession(old: FenceRecord, next: FenceRecord): void {
    const isSame = next.epoch === old.epoch && next.holder === old.holder
    if (!isSame && next.epoch !== old.epoch + 1) {
      this.#violation(`epoch ${old.epoch} of ${old.holder} became ${next.epoch} of ${next.holder}`)
    }
    const holder = this.#holders.get(next.epoch)
    if (holder !== undefined && holder !== next.holder) this.#violation(`epoch ${next.epoch} was used before`)
  }

  #record(record: FenceRecord): FenceEntry {
    this.history.push(record)
    this.#holders.set(record.epoch, record.holder)
    return { commit: `c${this.history.length}`, record }
  }

  #violation(text: string): void {
    this.violations.push(`${Math.round(this.schedule.nowMs / MIN)} min: ${text}`)
  }

  /** Mostly seconds; now and then a connection that hangs for minutes or hours and then goes on. */
  #travelMs(): number {
    const { random } = this
    if (random.chance(0.97)) return random.between(100, 3_000)
    return random.chance(0.7) ? random.between(1, 40) * MIN : random.between(1, 6) * 60 * MIN
  }

  #repo(id: string, role: Role): Repo {
    const { random } = this
    const cut = (probability: number): [number, number][] => {
      const from = random.between(0, SPAN_MS)
      return random.chance(probability) ? [[from, from + random.between(5, 8 * 60) * MIN]] : []
    }
    const outage = random.between(0.5, 4) * 60 * MIN
    const isOut = role === 'MASTER' ? random.chance(0.8) : random.chance(0.15)
    const outageEnd = outage + random.between(1, 10) * 60 * MIN
    const isDead = random.chance(0.4)
    return {
      id,
      rate: 1 + random.between(-0.003, 0.003),
      offsetMs: random.pick(0, 1, -1) * random.between(0, 24 * 60) * MIN,
      cuts: [...cut(0.4), ...(isOut && !isDead ? [[outage, outageEnd] as const] : [])],
      dead: isOut && isDead ? [outage, outageEnd] : [-1, -1],
      role,
      heartbeat: '2026-02-06T23:30:00.000Z',
      memory: null,
      memoryVersion: 0,
      returns: NO_RETURN,
      seen: { nonce: '', atMono: 0 },
      promotion: { progress: null, executor: 0, cause: 'silence', decidedOn: null },
      handback: { progress: null, executor: 0, cause: 'silence', decidedOn: null },
    }
  }
}
