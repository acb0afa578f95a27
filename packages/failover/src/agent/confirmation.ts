import { withTimeout } from '@montana/foundation'
import type { AnswerBody, RequestBody } from '../channel/messages/messages.js'
import type { NodeChannel } from '../channel/types.js'
import type { Observation } from '../core/types.js'
import type { Heartbeats } from './heartbeats.js'

export interface ConfirmationModules {
  readonly channel: NodeChannel
  readonly heartbeats: Heartbeats
  readonly nowMs: () => number
  push(observation: Observation): void
  /** Reads every witness now. */
  readWitnesses(): void
}

/** Asks everybody else about hosts that fell silent: spec three-mirror 5.3. */
export class Confirmation {
  readonly #peers: readonly string[]
  readonly #timeoutMs: number
  readonly #modules: ConfirmationModules
  readonly #running = new Set<string>()

  constructor(peers: readonly string[], timeoutMs: number, modules: ConfirmationModules) {
    this.#peers = peers
    this.#timeoutMs = timeoutMs
    this.#modules = modules
  }

  start(hosts: readonly string[], signal: AbortSignal): void {
    this.#modules.readWitnesses()
    for (const host of hosts) {
      void this.#modules.heartbeats.burst(host, signal).catch(() => {})
      for (const peer of this.#peers) if (peer !== host) void this.#askPeer(peer, host, signal)
    }
  }

  async #askPeer(by: string, host: string, signal: AbortSignal): Promise<void> {
    const key = `${by} ${host}`
    if (this.#running.has(key)) return
    this.#running.add(key)
    try {
      await this.#relay(by, host, signal)
    } finally {
      this.#running.delete(key)
    }
  }

  async #relay(by: string, host: string, signal: AbortSignal): Promise<void> {
    const { channel, nowMs, push } = this.#modules
    const sentAtMs = nowMs()
    const question: RequestBody<'probe'> = { host, forwardedFor: null }
    const answer = await withTimeout(this.#timeoutMs, signal, (inner) =>
      channel.request(by, 'probe', question, inner),
    ).catch(() => null)
    if (answer === null) return
    const { ageMs, heartbeat } = answer as AnswerBody<'probe'>
    push({ kind: 'relayed', by, host, sentAtMs, atMs: nowMs(), ageMs, heartbeat })
  }
}
