import { seededRandom } from '@montana/foundation'
import type { PlanEffect, PlanEvent } from '../../src/plan/events.js'
import { LAST_K } from '../../src/plan/keys.js'
import { DEFAULT_LIMITS } from '../../src/plan/limits.js'
import { type Piece, spanOfPiece } from '../../src/plan/pieces.js'
import { newPlan } from '../../src/plan/state.js'
import { stepPlan } from '../../src/plan/step.js'

export interface SimulatedPeer {
  readonly id: string
  readonly latencyMs: number
  readonly joinsAtMs?: number
  /** By the number of the job with this peer. */
  behaviour(job: number): 'answer' | 'lie' | 'busy' | 'fail' | 'tooLarge' | 'missing'
}

export interface Simulation {
  readonly records: number
  /** More records, all below one prefix of 40 branch decisions. */
  readonly knot?: number
  readonly claimed?: number
  readonly peers: readonly SimulatedPeer[]
  readonly seed: number
}

const CHUNK_MAX_RECORDS = 254
const RANGE_MAX_RECORDS = 128
const BUSY_MS = 1_000
const FAIL_MS = 15_000
/** Proof and staging. */
const STAGE_MS = 3
const STEPS_MAX = 200_000

interface Happening {
  readonly atMs: number
  readonly event: PlanEvent
}

/** Runs a plan against peers in virtual time; keys are random, the lies and failures those of the peers. */
export function simulate(init: Simulation) {
  const keys = keysOf(init)
  const tables = [{ table: 'account', count: init.claimed ?? keys.length, recordBytes: 2059, staged: [] }] as const
  let plan = newPlan({ tables, limits: DEFAULT_LIMITS })
  const peers = new Map(init.peers.map((peer) => [peer.id, peer]))
  const agenda = arrivals(init.peers)
  const log = new Log(keys)
  let wakeMs = Number.POSITIVE_INFINITY
  for (let steps = 0; log.ended !== 'done'; steps++) {
    if (steps > STEPS_MAX) throw new Error('the plan does not end')
    const event = nextEvent(agenda, wakeMs)
    if (!event) break
    log.before(event)
    const stepped = stepPlan(plan, event)
    plan = stepped.plan
    wakeMs = Number.POSITIVE_INFINITY
    for (const effect of stepped.effects) {
      if (effect.type === 'wake') wakeMs = effect.atMs
      else agenda.push(...log.after(effect, event.atMs, peers))
    }
  }
  return log.summary()
}

function arrivals(peers: readonly SimulatedPeer[]): Happening[] {
  const times = [...new Set(peers.map(({ joinsAtMs = 0 }) => joinsAtMs))]
  return times.map((atMs) => {
    const ids = peers.filter(({ joinsAtMs = 0 }) => joinsAtMs <= atMs).map(({ id }) => id)
    return { atMs, event: { atMs, type: 'peers', ids } }
  })
}

function nextEvent(agenda: Happening[], wakeMs: number): PlanEvent | undefined {
  agenda.sort((a, b) => a.atMs - b.atMs)
  if (wakeMs < (agenda[0]?.atMs ?? Number.POSITIVE_INFINITY)) return { type: 'tick', atMs: wakeMs }
  return agenda.shift()?.event
}

class Log {
  ended: 'done' | 'stuck' | undefined
  elapsedMs = 0
  readonly #keys: readonly bigint[]
  readonly #jobs = new Map<number, { peer: string; piece: Piece; records: number }>()
  readonly #open = new Map<string, Set<number>>()
  readonly #asked = new Map<string, number[]>()
  readonly #proven: { lo: bigint; hi: bigint; records: number }[] = []
  readonly #dropped: string[] = []
  readonly #spans = new Map<string, number>()
  #maxInFlight = 0
  #maxRecordsHeld = 0
  #ranges = 0

  constructor(keys: readonly bigint[]) {
    this.#keys = keys
  }

  before(event: PlanEvent): void {
    this.elapsedMs = event.atMs
    if (!('job' in event)) return
    const job = this.#jobs.get(event.job)
    if (!job || !this.#open.get(job.peer)?.has(event.job)) return
    if (event.type === 'proven') {
      const { lo, hi } = spanOfPiece(job.piece)
      this.#proven.push({ lo, hi: event.hi === undefined || event.hi > hi ? hi : event.hi, records: event.records })
    }
    if (event.type !== 'answered') this.#open.get(job.peer)?.delete(event.job)
  }

  after(effect: PlanEffect, nowMs: number, peers: ReadonlyMap<string, SimulatedPeer>): Happening[] {
    if (effect.type === 'done' || effect.type === 'stuck') this.ended = effect.type
    if (effect.type === 'drop') this.#dropped.push(effect.peer)
    if (effect.type === 'cancel') this.#open.get(this.#jobs.get(effect.job)?.peer ?? '')?.delete(effect.job)
    if (effect.type !== 'ask') return []
    return this.#ask(effect, nowMs, peers.get(effect.peer))
  }

  #ask(
    { job, peer, piece }: PlanEffect & { type: 'ask' },
    nowMs: number,
    asked: SimulatedPeer | undefined,
  ): Happening[] {
    if (!asked) throw new Error(`nobody is called ${peer}`)
    const times = this.#asked.get(peer) ?? []
    this.#asked.set(peer, [...times, nowMs])
    const open = this.#open.get(peer) ?? new Set()
    this.#open.set(peer, open.add(job))
    const { lo, hi } = spanOfPiece(piece)
    const span = `${lo}-${hi}`
    this.#spans.set(span, (this.#spans.get(span) ?? 0) + 1)
    if (piece.kind === 'range') this.#ranges++
    const found = this.#keys.slice(lowerBound(this.#keys, lo), lowerBound(this.#keys, hi + 1n))
    this.#jobs.set(job, { peer, piece, records: found.length })
    this.#noteHeld()
    return outcome(asked, times.length, { job, nowMs, piece, found })
  }

  #noteHeld(): void {
    const open = [...this.#open.values()]
    this.#maxInFlight = Math.max(this.#maxInFlight, ...open.map(({ size }) => size))
    const held = open.flatMap((jobs) => [...jobs]).reduce((sum, job) => sum + (this.#jobs.get(job)?.records ?? 0), 0)
    this.#maxRecordsHeld = Math.max(this.#maxRecordsHeld, held)
  }

  summary() {
    const sorted = this.#proven.toSorted((a, b) => (a.lo < b.lo ? -1 : 1))
    const overlaps = sorted.filter(({ lo }, i) => i > 0 && lo !== (sorted[i - 1]?.hi ?? 0n) + 1n)
    const isTiled = sorted[0]?.lo === 0n && sorted.at(-1)?.hi === LAST_K && overlaps.length === 0
    return {
      ended: this.ended,
      elapsedMs: this.elapsedMs,
      records: isTiled ? sorted.reduce((sum, { records }) => sum + records, 0) : undefined,
      pieces: sorted.length,
      ranges: this.#ranges,
      jobs: this.#jobs.size,
      askedTwice: [...this.#spans.values()].filter((times) => times > 1).length,
      jobsByPeer: new Map([...this.#asked].map(([peer, times]) => [peer, times.length])),
      dropped: this.#dropped,
      maxInFlight: this.#maxInFlight,
      maxRecordsHeld: this.#maxRecordsHeld,
      rateViolations: [...this.#asked.values()].reduce((sum, times) => sum + violations(times), 0),
    }
  }
}

function outcome(
  peer: SimulatedPeer,
  count: number,
  { job, nowMs, piece, found }: { job: number; nowMs: number; piece: Piece; found: readonly bigint[] },
): Happening[] {
  const at = (atMs: number, event: { type: string }) => ({ atMs, event: { atMs, job, ...event } as PlanEvent })
  const answerMs = nowMs + peer.latencyMs
  const kind = peer.behaviour(count + 1)
  const answered = at(answerMs, { type: 'answered' })
  if (kind === 'lie') return [answered, at(answerMs + STAGE_MS, { type: 'lied' })]
  if (kind === 'busy') return [at(answerMs, { type: 'busy', ...{ retryAfterMs: BUSY_MS } })]
  if (kind === 'fail') return [at(nowMs + FAIL_MS, { type: 'failed' })]
  if (kind === 'missing') return [at(answerMs, { type: 'missing' })]
  const isTooLarge = piece.kind === 'subtree' && found.length > CHUNK_MAX_RECORDS
  if (kind === 'tooLarge' || isTooLarge) return [at(answerMs, { type: 'tooLarge' })]
  const cut = piece.kind === 'range' ? found.slice(0, RANGE_MAX_RECORDS) : found
  const hi = piece.kind === 'range' && cut.length < found.length ? cut.at(-1) : undefined
  const proven = { type: 'proven', records: cut.length, ...(hi !== undefined && { hi }) }
  return [answered, at(answerMs + STAGE_MS, proven)]
}

/** Requests that come sooner than 16 per second after a burst of 32 allow. */
function violations(times: readonly number[]): number {
  let [tokens, before, count] = [32, 0, 0]
  for (const atMs of times) {
    tokens = Math.min(32, tokens + ((atMs - before) * 16) / 1000) - 1
    before = atMs
    if (tokens < 0) count++
  }
  return count
}

function keysOf({ records, knot = 0, seed }: Simulation): bigint[] {
  const random = seededRandom(seed)
  const bits = () => BigInt(Math.floor(random.next() * 2 ** 32))
  const key = () => [0, 1, 2, 3, 4, 5, 6, 7].reduce((k) => (k << 32n) | bits(), 0n)
  const common = key() >> 216n
  const knotted = Array.from({ length: knot }, () => (common << 216n) | (key() >> 40n))
  return [...Array.from({ length: records }, key), ...knotted].sort((a, b) => (a < b ? -1 : 1))
}

function lowerBound(keys: readonly bigint[], k: bigint): number {
  let [from, to] = [0, keys.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((keys[middle] ?? 0n) < k) from = middle + 1
    else to = middle
  }
  return from
}
