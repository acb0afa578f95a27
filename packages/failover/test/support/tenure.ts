import { setTimeout as sleep } from 'node:timers/promises'
import type { Renewal } from '@montana/foundation'
import type { EtcdCoordinator } from '../../src/index.js'
import { nowMs } from './candidates.js'
import { lastInstantToActMs } from './lease-times.js'

/** As the agent does. */
const RENEW_EVERY_MS = 500
const KILL_BUDGET_MS = 500
const never = new AbortController().signal

/** A holder that renews as the agent does, until it is ended: its service acts until the last instant at most. */
export class Tenure {
  readonly failures: Renewal['kind'][] = []
  /** Each renewal: when it was sent or asked for, when that was known, and what came of it. */
  readonly history: string[] = []
  longestGapMs = 0
  renewedAtMs: number
  readonly #holder: EtcdCoordinator
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #lastInstantMs: number

  private constructor(holder: EtcdCoordinator, sentAtMs: number, ttlMs: number) {
    this.#holder = holder
    this.renewedAtMs = sentAtMs
    this.#lastInstantMs = lastInstantToActMs(sentAtMs, ttlMs, KILL_BUDGET_MS)
    this.#running = this.#run()
  }

  static async begin(holder: EtcdCoordinator): Promise<Tenure> {
    const result = await holder.acquire(0n, never)
    if (result.kind !== 'acquired') throw new Error(JSON.stringify(result))
    return new Tenure(holder, result.lease.sentAtMs, result.lease.ttlMs)
  }

  /** By then nothing of the service runs. */
  get deadByMs(): number {
    return this.#lastInstantMs + KILL_BUDGET_MS
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    // A later renewal cannot continue a tenure that is over.
    while (!this.#stop.signal.aborted && nowMs() < this.#lastInstantMs) {
      const [renewal] = await Promise.all([this.#renewal(), sleep(RENEW_EVERY_MS)])
      if (renewal.kind !== 'renewed') this.failures.push(renewal.kind)
      else if (nowMs() < this.#lastInstantMs) this.#renewed(renewal.lease)
    }
  }

  async #renewal(): Promise<Renewal> {
    const askedAtMs = nowMs()
    const renewal = await this.#holder.renew(never)
    const sentAtMs = renewal.kind === 'renewed' ? renewal.lease.sentAtMs : askedAtMs
    this.history.push(`${sentAtMs.toFixed()}–${nowMs().toFixed()} ${renewal.kind}`)
    return renewal
  }

  #renewed({ sentAtMs, ttlMs }: { readonly sentAtMs: number; readonly ttlMs: number }): void {
    this.longestGapMs = Math.max(this.longestGapMs, sentAtMs - this.renewedAtMs)
    this.renewedAtMs = sentAtMs
    this.#lastInstantMs = lastInstantToActMs(sentAtMs, ttlMs, KILL_BUDGET_MS)
  }
}

/** Asks for the lease again and again until it has it. */
export class Rival {
  acquiredAtMs: number | null = null
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(coordinator: EtcdCoordinator) {
    this.#running = this.#run(coordinator)
  }

  async acquired(): Promise<number> {
    await this.#running
    if (this.acquiredAtMs === null) throw new Error('ended without the lease')
    return this.acquiredAtMs
  }

  async end(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(coordinator: EtcdCoordinator): Promise<void> {
    while (!this.#stop.signal.aborted && this.acquiredAtMs === null) {
      const result = await coordinator.acquire(0n, never)
      if (result.kind === 'acquired') this.acquiredAtMs = nowMs()
      else await sleep(100)
    }
  }
}
