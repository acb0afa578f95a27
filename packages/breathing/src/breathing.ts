import { isAbort } from '@montana/foundation'
import { asBreathError } from './cycle/as-breath-error.js'
import { exhale, requireNothingHeld } from './cycle/exhale.js'
import { inhale } from './cycle/inhale.js'
import { lagOf } from './cycle/lag.js'
import { maintain } from './cycle/maintain.js'
import { type Resolution, resolveHeld } from './cycle/resolve.js'
import { runLoop } from './cycle/run-loop.js'
import { Session } from './cycle/session.js'
import { type BreathStatus, describe } from './cycle/status.js'
import { takeIn } from './cycle/take-in.js'
import { Triggers } from './cycle/triggers.js'
import { fileValue, requireSynced, type UpdateFn, writeLocally } from './cycle/write.js'
import { BreathError } from './errors.js'
import { NO_HUB } from './git/hub.js'
import { type Loser, parseLoser } from './merge/history.js'
import type { Json } from './merge/json.js'
import type { Stamp } from './merge/stamp.js'
import type { ResolvedOptions } from './options.js'
import { PeerExchange } from './peers/exchange.js'
import { BreathCounters, type BreathStats, type Half } from './stats.js'
import type { BreathModules } from './types.js'

/** A write that the hub (without one: a peer) was seen to hold. */
export interface Acknowledged {
  /** Null when the function changed nothing. */
  readonly stamp: Stamp | null
  readonly commit: string | null
}

/** Keeps files alike on several hosts. One per repository and process: see `createBreathing`. Spec three-mirror 12. */
export class Breathing {
  readonly options: ResolvedOptions
  readonly #session: Session
  readonly #counters: BreathCounters
  readonly #triggers = new Triggers()
  readonly #exchange: PeerExchange | undefined
  readonly #closing = new AbortController()
  readonly #onClose: () => void
  #stop: AbortController | undefined
  #isStopRequested = false
  #published: ReadonlyMap<string, Stamp> = new Map()

  constructor(options: ResolvedOptions, modules: BreathModules, onClose: () => void) {
    this.options = options
    this.#session = new Session(options, modules)
    this.#counters = new BreathCounters(this.#session.time)
    this.#onClose = onClose
    const onNews = () => this.#triggers.add('news')
    this.#exchange = modules.peers && new PeerExchange(this.#session, modules.peers, onNews)
  }

  /** Takes in what others wrote. False on failure, which the stats name; never throws for one. */
  async inhale(signal?: AbortSignal): Promise<boolean> {
    return await this.#half('inhale', signal, async (own) => {
      await this.#session.operate(() => inhale(this.#session, this.#exchange, own), own)
    })
  }

  /** Publishes. True only when the hub was read back and holds it, and nothing local is held back. */
  async exhale(signal?: AbortSignal): Promise<boolean> {
    return await this.#half('exhale', signal, async (own) => {
      await this.#publish(() => exhale(this.#session, own), own)
      requireNothingHeld(this.#session)
    })
  }

  /** One cycle: inhale, then exhale, whatever came of the first. */
  async breathe(signal?: AbortSignal): Promise<Record<Half, boolean>> {
    const result = { inhale: await this.inhale(signal), exhale: await this.exhale(signal) }
    if (!signal?.aborted && this.#counters.endCycle(result.inhale && result.exhale)) this.#alarm()
    return result
  }

  /**
   * The safe way to write: `fn` maps the value of the file. Resolves once the write is acknowledged. Throws BreathError:
   * with `metadata.isKept` the write is durable here and goes out with a later exhale, otherwise it was not made.
   */
  async update(path: string, fn: UpdateFn, signal?: AbortSignal): Promise<Acknowledged> {
    const own = this.#signalOf(signal)
    let stamp: Stamp | null = null
    try {
      await this.#publish(async () => {
        stamp = await writeLocally(this.#session, path, fn, own)
        await exhale(this.#session, own)
      }, own)
    } catch (error) {
      if (stamp === null || isAbort(error)) throw error
      throw notAcknowledged(asBreathError(error), stamp)
    }
    return { stamp, commit: this.#session.own?.commit ?? null }
  }

  /** The merged value of a file as last known here; undefined before anybody wrote it. */
  read(path: string): Json | undefined {
    requireSynced(this.#session, path)
    return fileValue(this.#session, path)
  }

  /** Every value that a later write replaced, oldest first; of one file, or of all. */
  history(path?: string): Loser[] {
    const lines = [...this.#session.state.history.values()].flatMap((set) => [...set])
    return lines
      .sort()
      .map(parseLoser)
      .filter((loser) => path === undefined || loser.path === path)
  }

  /** Breathes until stopped or aborted; resolves then. */
  async run(signal?: AbortSignal): Promise<void> {
    if (this.#stop !== undefined) throw new BreathError('BREATH_LOCKED', `${this.options.repo} is breathing already`)
    this.#isStopRequested = false
    this.#stop = new AbortController()
    try {
      const own = AbortSignal.any([this.#stop.signal, this.#signalOf(signal)])
      await runLoop(this, this.#session, this.#triggers, own)
    } finally {
      this.#stop = undefined
    }
  }

  /** Ends `run` after what it is doing; again is nothing. */
  stop(): void {
    this.#isStopRequested = true
    this.#stop?.abort('stopped')
  }

  /** Also ends what goes on beside, and lets another instance have the repository. */
  close(): void {
    this.stop()
    this.#closing.abort('closed')
    this.#onClose()
  }

  getStats(): BreathStats {
    const { unpushedSinceMs, time, conflicts, acknowledged } = this.#session
    return {
      repo_path: this.options.repo,
      interval_sec: this.options.intervalSeconds,
      is_running: this.#stop !== undefined,
      stopRequested: this.#isStopRequested,
      ...this.#counters.describe(),
      unpushedAgeMs: unpushedSinceMs === null ? 0 : time.monotonicMs() - unpushedSinceMs,
      conflicts,
      acknowledged,
    }
  }

  /** Looks at everything, changes nothing, asks neither hub nor peer. */
  async status(signal?: AbortSignal): Promise<BreathStatus> {
    return await this.#session.operate(async () => await describe(this.#session, this.getStats(), signal), signal)
  }

  /** Decides about a local change that is held back. */
  async resolve(path: string, resolution: Resolution, signal?: AbortSignal): Promise<void> {
    await this.#session.operate(async () => {
      await takeIn(this.#session, signal)
      await resolveHeld(this.#session, path, resolution, signal)
    }, signal)
    this.#triggers.add('write')
  }

  /** The own commit, for heartbeats; null before the first. */
  head(): string | null {
    return this.#session.own?.commit ?? null
  }

  /** What a heartbeat says of another host: a poke may have been lost. */
  noteHead(host: string, head: string): void {
    this.#exchange?.note(host, head)
  }

  lagMs(): Record<string, number> {
    return lagOf(this.#session)
  }

  async maintain(signal?: AbortSignal): Promise<void> {
    await this.#session.operate(() => maintain(this.#session, signal), signal)
  }

  /** Publishes, then tells the hosts whom it concerns. Where no hub holds it, a peer must. */
  async #publish(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await this.#session.operate(work, signal)
    } catch (error) {
      // With the hub away, peers can fetch it from here; they are told again once it is back.
      void this.#tell(signal)
      throw error
    }
    const told = this.#tell(signal)
    this.#published = this.#session.state.vector
    if (this.options.remote === NO_HUB) await this.#requireHolder(told)
  }

  async #requireHolder(told: Promise<boolean>): Promise<void> {
    const { state, modules, own } = this.#session
    const isAlone = modules.verifier.hosts().every((host) => host === this.options.node)
    if (own !== null && !(await told) && !isAlone) throw noHolder()
    this.#session.acknowledged = state.vector.get(this.options.node) ?? null
    this.#session.unpushedSinceMs = null
  }

  /** A write of our own concerns all; the write of another, that we have it now. */
  async #tell(signal: AbortSignal): Promise<boolean> {
    const { vector } = this.#session.state
    const news = [...vector].filter(([node, stamp]) => stamp > (this.#published.get(node) ?? '')).map(([node]) => node)
    const isAll = news.includes(this.options.node) || this.options.remote === NO_HUB
    if (this.#exchange === undefined || (!isAll && news.length === 0)) return false
    return await this.#exchange.poke(isAll ? 'all' : news, signal).catch(() => false)
  }

  async #half(
    half: Half,
    signal: AbortSignal | undefined,
    work: (own: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const own = this.#signalOf(signal)
    try {
      await work(own)
      this.#counters.succeed(half)
      return true
    } catch (error) {
      if (!isAbort(error) && !own.aborted) this.#fail(half, asBreathError(error))
      return false
    }
  }

  #fail(half: Half, error: BreathError): void {
    this.#counters.fail(half, error)
    this.#session.logger.warn({ half, code: error.code, reason: error.message }, 'a half of the cycle failed')
  }

  #alarm(): void {
    const { lastError } = this.#counters.describe()
    const message = `two cycles in a row failed: ${lastError?.message ?? 'for no known reason'}`
    this.#session.logger.error({ lastError }, 'two cycles in a row failed')
    this.#session.modules.onAlarm?.({ code: lastError?.code ?? 'GIT_FAILED', message })
  }

  #signalOf(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }
}

function notAcknowledged({ code, message, remedy }: BreathError, stamp: Stamp): BreathError {
  return new BreathError(code, `the write is kept here but nobody else has it yet: ${message}`, {
    ...(remedy !== undefined && { remedy }),
    metadata: { stamp, isKept: true },
  })
}

function noHolder(): BreathError {
  return new BreathError('GIT_FAILED', 'no other host holds the last write yet', { remedy: 'start another host' })
}
