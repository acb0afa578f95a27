import type { Libp2p, Stream } from '@libp2p/interface'
import type { LinkProxy } from '@montana/link-proxy'
import { expect } from 'vitest'
import { BASE_PROTOCOL, BASE_TYPE, encodeEnvelope } from '../src/index.js'
import { EnvelopeReader, sendAndFinish } from '../src/wire/stream-io.js'
import { type Member, manifestOf, members, QUICK, rawPeer, start, type TestNode, testNode } from './mesh-harness.js'
import { behind, dialledOnly, proxyFor } from './proxied-mesh.js'

/** Reached within seconds by the traffic below, so that a short run shows what happens at the bound. */
export const CAPS = { messages: 24, bytes: 512 * 1024 }
const LIMITS = {
  ...QUICK,
  heartbeat: { ...QUICK.heartbeat, intervalMs: 200, timeoutMs: 1_000 },
  caps: { ...QUICK.caps, queueMessages: CAPS.messages, queueBytes: CAPS.bytes },
}
/** 64 kbit/s; some thirty times as much is sent to it. */
const SLOW = { bytesPerSecond: 8_000 }
const FAST = { bytesPerSecond: Number.POSITIVE_INFINITY }
const MESSAGE_BYTES = 20_000
/** A third of what a peer takes (spec transport 17), so that five nodes in one process are not at its limit. */
const EVERY_MS = 150
const SAMPLE_MS = 20

export interface Phase {
  /** Round trips between the three that are well. */
  readonly rttsMs: readonly number[]
  /** The longest queue at any of the three, towards anybody. */
  readonly messagesMax: number
  readonly bytesMax: number
  readonly sent: number
}

/**
 * Three nodes that are well (n0, n1, n2), one behind a slow link (n3), and one that takes everything and answers nothing
 * (n4). n0 and n1 publish. Real TCP, real handshakes, one process.
 */
export class Isolation {
  readonly well: readonly [TestNode, TestNode, TestNode]
  readonly #link: LinkProxy
  readonly #silent: SilentPeer
  #sent = 0

  private constructor(well: readonly TestNode[], link: LinkProxy, silent: SilentPeer) {
    this.well = well as [TestNode, TestNode, TestNode]
    this.#link = link
    this.#silent = silent
  }

  static async open(): Promise<Isolation> {
    const list = await members(5)
    const [a, b, c, slow, silent] = list as [Member, Member, Member, Member, Member]
    const link = await proxyFor(slow)
    const manifest = manifestOf([a, b, c, behind(link, slow), silent])
    const quiet = await SilentPeer.open(silent)
    const well: TestNode[] = []
    for (const member of [a, b, c]) well.push(await start(await testNode(member, manifest, { limits: LIMITS })))
    await start(await testNode(slow, manifest, { limits: dialledOnly(LIMITS) }))
    const isolation = new Isolation(well, link, quiet)
    await isolation.heal()
    return isolation
  }

  /** Messages that each of n0 and n1 has published. */
  get sent(): number {
    return this.#sent
  }

  harm(): void {
    this.#link.change({ forward: SLOW, backward: SLOW })
    this.#silent.answers = false
  }

  /** Until everybody has a healthy connection to everybody. */
  async heal(): Promise<void> {
    this.#link.change({ forward: FAST, backward: FAST })
    this.#silent.answers = true
    const sick = () => this.well.flatMap(({ mesh }) => mesh.peers().filter(({ healthy }) => !healthy)).length
    await expect.poll(sick, { timeout: 30_000 }).toBe(0)
  }

  async run(forMs: number): Promise<Phase> {
    const before = this.well.map(({ observed }) => observed('montana_peer_rtt_seconds').length)
    const [endMs, sentBefore] = [performance.now() + forMs, this.#sent]
    const max = { messages: 0, bytes: 0 }
    for (let nextMs = performance.now(); performance.now() < endMs; ) {
      if (performance.now() >= nextMs) nextMs += this.#publish()
      for (const { queue } of this.well.flatMap(({ mesh }) => mesh.peers())) {
        max.messages = Math.max(max.messages, queue.messages)
        max.bytes = Math.max(max.bytes, queue.bytes)
      }
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
    }
    const rttsMs = this.well.flatMap((node, index) => rttsBetweenWell(node, before[index] ?? 0))
    return { rttsMs, messagesMax: max.messages, bytesMax: max.bytes, sent: this.#sent - sentBefore }
  }

  async close(): Promise<void> {
    await this.#silent.node.stop()
  }

  #publish(): number {
    const window = BigInt(++this.#sent)
    for (const { mesh } of this.well.slice(0, 2)) {
      mesh.broadcast(BASE_TYPE.proposal, window, new Uint8Array(MESSAGE_BYTES))
    }
    return EVERY_MS
  }
}

function rttsBetweenWell({ observed }: TestNode, from: number): number[] {
  const samples = observed('montana_peer_rtt_seconds').slice(from)
  return samples.filter(({ peer }) => ['n0', 'n1', 'n2'].includes(peer ?? '')).map(({ value }) => 1000 * value)
}

/** An authenticated peer of the base protocol that acknowledges, or reads nothing at all. */
class SilentPeer {
  answers = true

  private constructor(readonly node: Libp2p) {}

  static async open(member: Member): Promise<SilentPeer> {
    const peer = new SilentPeer(await rawPeer(member))
    await peer.node.handle(BASE_PROTOCOL, (stream: Stream) => peer.#serve(stream), { maxInboundStreams: 1_000 })
    return peer
  }

  async #serve(stream: Stream): Promise<void> {
    if (!this.answers) return
    try {
      const signal = AbortSignal.timeout(10_000)
      const traffic = { sentBytes: 0, receivedBytes: 0 }
      const reader = new EnvelopeReader(stream, traffic)
      const { requestId, payloadLength } = await reader.header(signal)
      await reader.payload(payloadLength, signal)
      const pong = encodeEnvelope({ type: BASE_TYPE.pong, requestId, payload: new Uint8Array(0) })
      await sendAndFinish(stream, pong, signal, traffic)
    } catch (error) {
      stream.abort(error as Error)
    }
  }
}

/** Nearest rank. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}
