import type { Turn } from '../core/api.js'
import type { Heartbeat } from '../core/types.js'
import type { HostWorld, SimHost } from './sim-host.js'

/** How precisely the start of a question is kept. */
const COUNT_TOLERANCE_MS = 50
/** A slow witness is asked at its own interval: 7.2, S1. */
const SLOW_EVERY_MS = 5_000

/** What one life of a host asks of peers and witnesses, as the real agent does. */
export class SimProbes {
  readonly #host: SimHost
  readonly #world: HostWorld
  readonly #lastProbeMs = new Map<string, number>()
  readonly #lastWitnessMs = new Map<string, number>()
  /** Sending time of the last question per peer whose silence counts: docs/decisions/0013. */
  readonly #countedMs = new Map<string, number>()
  readonly #missing = new Set<string>()

  constructor(host: SimHost, world: HostWorld) {
    this.#host = host
    this.#world = world
  }

  get isMissingAny(): boolean {
    return this.#missing.size > 0
  }

  /** Everybody, now. */
  announce(): void {
    for (const peer of this.#peers()) this.#probe(peer)
    for (const { name } of this.#host.settings.witnesses) this.#postAndRead(name)
  }

  /** A probe of its own, one through every peer, and a read at every witness. */
  confirm(hosts: readonly string[]): void {
    for (const host of hosts) {
      this.#probe(host)
      for (const peer of this.#peers()) if (peer !== host) this.#askThrough(peer, host)
    }
    for (const { name, isSlow } of this.#host.settings.witnesses) if (!isSlow) this.#read(name)
  }

  askWhoIsDue(
    { probeEveryMs, witnessEveryMs }: Pick<Turn<unknown>, 'probeEveryMs' | 'witnessEveryMs'>,
    nowMs: number,
  ): void {
    for (const peer of this.#peers()) {
      if (nowMs - (this.#lastProbeMs.get(peer) ?? Number.NEGATIVE_INFINITY) > probeEveryMs - 1) this.#probe(peer)
    }
    for (const { name, isSlow } of this.#host.settings.witnesses) {
      const everyMs = isSlow ? SLOW_EVERY_MS : witnessEveryMs
      if (nowMs - (this.#lastWitnessMs.get(name) ?? Number.NEGATIVE_INFINITY) > everyMs - 1) this.#postAndRead(name)
    }
  }

  #probe(peer: string): void {
    const sentAtMs = this.#host.nowMs
    this.#lastProbeMs.set(peer, sentAtMs)
    const isCounted = this.#count(peer, sentAtMs)
    this.#ask(peer, (heartbeat) => {
      const atMs = this.#host.nowMs
      if (!heartbeat) {
        this.#missing.add(peer)
        if (isCounted) this.#host.observe({ kind: 'missed', host: peer, sentAtMs, atMs })
        return
      }
      this.#missing.delete(peer)
      this.#host.observe({ kind: 'answered', host: peer, sentAtMs, atMs, heartbeat })
    })
  }

  #count(peer: string, sentAtMs: number): boolean {
    const since = sentAtMs - (this.#countedMs.get(peer) ?? Number.NEGATIVE_INFINITY)
    if (since < this.#host.settings.timing.intervalMs - COUNT_TOLERANCE_MS) return false
    this.#countedMs.set(peer, sentAtMs)
    return true
  }

  /** One request; null when its time is over. */
  #ask(peer: string, done: (heartbeat: Heartbeat | null) => void): void {
    let isOpen = true
    const finish = (heartbeat: Heartbeat | null) => {
      if (!isOpen) return
      isOpen = false
      done(heartbeat)
    }
    const request = this.#host.heartbeat(peer)
    this.#world.toHost(this.#host.name, peer, (other) => {
      other.observe({ kind: 'heard', host: this.#host.name, atMs: other.nowMs, heartbeat: request })
      const answer = other.heartbeat(this.#host.name)
      this.#world.toHost(peer, this.#host.name, () => finish(answer))
    })
    this.#host.later(this.#host.settings.timing.timeoutMs, () => finish(null))
  }

  /** 5.3: the peer probes the suspect, and forwards the question once if it hears nothing itself. */
  #askThrough(peer: string, host: string): void {
    const sentAtMs = this.#host.nowMs
    this.#world.toHost(this.#host.name, peer, (other) => {
      other.probes.#probeFor([this.#host.name], host, true, (heartbeat) => {
        this.#world.toHost(peer, this.#host.name, () => {
          const atMs = this.#host.nowMs
          this.#host.observe({ kind: 'relayed', by: peer, host, sentAtMs, atMs, ageMs: 0, heartbeat })
        })
      })
    })
  }

  #probeFor(askers: readonly string[], host: string, mayForward: boolean, done: (heartbeat: Heartbeat) => void): void {
    for (const asker of askers) this.#host.observe({ kind: 'asked', host: asker, atMs: this.#host.nowMs })
    const sentAtMs = this.#host.nowMs
    this.#ask(host, (heartbeat) => {
      if (!heartbeat) return
      this.#host.observe({ kind: 'answered', host, sentAtMs, atMs: this.#host.nowMs, heartbeat })
      done(heartbeat)
    })
    if (!mayForward || !this.#missing.has(host)) return
    for (const peer of this.#peers()) {
      if (peer === host || askers.includes(peer)) continue
      this.#world.toHost(this.#host.name, peer, (other) => {
        other.probes.#probeFor([this.#host.name, ...askers], host, false, (heartbeat) => {
          this.#world.toHost(peer, this.#host.name, () => done(heartbeat))
        })
      })
    }
  }

  /** S2: the read is sent when the post is acknowledged. */
  #postAndRead(witness: string): void {
    const sentAtMs = this.#host.nowMs
    this.#lastWitnessMs.set(witness, sentAtMs)
    const body = this.#host.post()
    const { sequence } = body
    this.#world.toWitness(
      this.#host.name,
      witness,
      (at) => at.post(body),
      () => {
        this.#host.observe({ kind: 'witness-posted', witness, sentAtMs, atMs: this.#host.nowMs, sequence })
        this.#read(witness)
      },
      () => this.#host.observe({ kind: 'witness-failed', witness, atMs: this.#host.nowMs }),
    )
  }

  #read(witness: string): void {
    const sentAtMs = this.#host.nowMs
    this.#world.toWitness(
      this.#host.name,
      witness,
      (at) => at.read(),
      ({ upMs, posts }) =>
        this.#host.observe({ kind: 'witness-read', witness, sentAtMs, atMs: this.#host.nowMs, upMs, posts }),
      () => this.#host.observe({ kind: 'witness-failed', witness, atMs: this.#host.nowMs }),
    )
  }

  #peers(): string[] {
    return this.#host.settings.hosts.filter((host) => host !== this.#host.name)
  }
}
