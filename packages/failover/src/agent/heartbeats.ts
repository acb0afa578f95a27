import { sleep, withTimeout } from '@montana/foundation'
import type { AnswerBody } from '../channel/messages/messages.js'
import type { NodeChannel } from '../channel/types.js'
import type { Heartbeat, Observation } from '../core/types.js'

/** Of a burst: spec three-mirror 5.2. */
const BURST_INTERVAL_MS = 200

export interface HeartbeatModules {
  readonly channel: NodeChannel
  readonly nowMs: () => number
  heartbeat(receiver: string): Heartbeat
  push(observation: Observation): void
}

export interface HeartbeatOptions {
  readonly peers: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  /** How long a burst lasts; 0 where confirming needs none. */
  readonly burstMs: number
}

/** Asks every peer for a sign of life, start to start, whatever the others or earlier questions do. */
export class Heartbeats {
  readonly #options: HeartbeatOptions
  readonly #modules: HeartbeatModules
  readonly #nextMs = new Map<string, number>()
  /** Sending time of the last question per peer whose silence counts. */
  readonly #countedMs = new Map<string, number>()
  readonly #bursts = new Set<string>()
  #everyMs: number

  constructor(options: HeartbeatOptions, modules: HeartbeatModules) {
    this.#options = options
    this.#modules = modules
    this.#everyMs = options.intervalMs
  }

  /** From now on, start to start; the next question moves forward if it is later than that. */
  every(ms: number): void {
    if (ms === this.#everyMs) return
    this.#everyMs = ms
    const latest = this.#modules.nowMs() + ms
    for (const [peer, next] of this.#nextMs) this.#nextMs.set(peer, Math.min(next, latest))
  }

  async run(signal: AbortSignal): Promise<void> {
    const { peers, intervalMs } = this.#options
    // Not all in one instant: five agents that were started together would for ever ask together.
    peers.forEach((peer, index) => {
      this.#nextMs.set(peer, this.#modules.nowMs() + (index * Math.min(intervalMs, 1000)) / peers.length)
    })
    while (!signal.aborted) {
      for (const peer of peers) this.#askIfDue(peer, signal)
      await sleep(TICK_MS, signal)
    }
  }

  /** Asks everybody now. */
  announce(): void {
    for (const peer of this.#options.peers) this.#nextMs.set(peer, 0)
  }

  /** Asks `host` again and again for the time of a confirmation. */
  async burst(host: string, signal: AbortSignal): Promise<void> {
    if (this.#options.burstMs === 0 || this.#bursts.has(host)) return
    this.#bursts.add(host)
    const endMs = this.#modules.nowMs() + this.#options.burstMs
    try {
      for (; this.#modules.nowMs() < endMs; await sleep(BURST_INTERVAL_MS, signal)) void this.ask(host, signal)
    } finally {
      this.#bursts.delete(host)
    }
  }

  /**
   * One question; never rejects. The answer, or null. Silence is reported at most once per interval: questions beyond
   * that hasten a refutation, never a death, which would void the inequality of 5.4 that keeps two leaders apart.
   */
  async ask(host: string, signal: AbortSignal): Promise<Heartbeat | null> {
    const { channel, nowMs, push } = this.#modules
    const sentAtMs = nowMs()
    const isCounted = this.#count(host, sentAtMs)
    const question = this.#modules.heartbeat(host)
    try {
      const answer = await withTimeout(this.#options.timeoutMs, signal, (inner) =>
        channel.request(host, 'heartbeat', question, inner),
      )
      // Decoded and checked by the channel, which knows the form of each answer.
      const heartbeat = answer as AnswerBody<'heartbeat'>
      push({ kind: 'answered', host, sentAtMs, atMs: nowMs(), heartbeat })
      return heartbeat
    } catch {
      await this.#waitOut(sentAtMs, signal)
      if (isCounted && !signal.aborted) push({ kind: 'missed', host, sentAtMs, atMs: nowMs() })
      return null
    }
  }

  #count(host: string, sentAtMs: number): boolean {
    const last = this.#countedMs.get(host) ?? Number.NEGATIVE_INFINITY
    if (sentAtMs - last < this.#options.intervalMs - TICK_MS) return false
    this.#countedMs.set(host, sentAtMs)
    return true
  }

  /** A refusal is an ordinary miss, at the time at which silence would be one. Spec three-mirror 5.1. */
  async #waitOut(sentAtMs: number, signal: AbortSignal): Promise<void> {
    const leftMs = this.#options.timeoutMs - (this.#modules.nowMs() - sentAtMs)
    if (leftMs > 0) await sleep(leftMs, signal).catch(() => {})
  }

  #askIfDue(peer: string, signal: AbortSignal): void {
    const now = this.#modules.nowMs()
    if (now < (this.#nextMs.get(peer) ?? 0)) return
    this.#nextMs.set(peer, now + this.#everyMs)
    void this.ask(peer, signal)
  }
}

/** How precisely the start of a question is kept. */
const TICK_MS = 50
