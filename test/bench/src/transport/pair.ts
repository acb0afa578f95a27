import { LinkProxy } from '@montana/link-proxy'
import type { BackendName, StackName } from './contenders.js'
import { Peer } from './peer.js'

/** Two peers of one kind, and the link between them. */
export class Pair {
  readonly stack: StackName
  readonly backend: BackendName
  readonly #dialler: Peer
  readonly #dialled: Peer
  readonly #address: string
  readonly #link: LinkProxy

  private constructor(stack: StackName, backend: BackendName, ends: [Peer, Peer, string], link: LinkProxy) {
    this.stack = stack
    this.backend = backend
    ;[this.#dialler, this.#dialled, this.#address] = ends
    this.#link = link
  }

  static async open(stack: StackName, backend: BackendName): Promise<Pair> {
    const { peer: dialled, address } = await Peer.started(stack, backend)
    const { peer: dialler } = await Peer.started(stack, backend)
    const link = await LinkProxy.open({ to: { host: '127.0.0.1', port: portOf(address) } })
    return new Pair(stack, backend, [dialler, dialled, address], link)
  }

  /** Behind a link of this round trip, ms. */
  async firstByteMs(rttMs: number): Promise<number> {
    const way = { delayMs: rttMs / 2 }
    this.#link.change({ forward: way, backward: way })
    const address = this.#address.replace(`/tcp/${portOf(this.#address)}/`, `/tcp/${this.#link.address.port}/`)
    return await this.#dialler.ask({ do: 'firstByte', address })
  }

  /** Processor time per handshake of both sides, ms. */
  async handshakeCpuMs(count: number): Promise<{ initiator: readonly number[]; responder: readonly number[] }> {
    await this.#dialled.ask({ do: 'inboundCpu' })
    const initiator = await this.#dialler.ask({ do: 'handshakes', address: this.#address, count })
    return { initiator, responder: await this.#dialled.ask({ do: 'inboundCpu' }) }
  }

  async pushMs(bytes: number): Promise<number> {
    return await this.#dialler.ask({ do: 'push', address: this.#address, bytes })
  }

  /** Bytes of resident memory for each of `count` connections beyond the first `warm`. They stay open. */
  async rssPerConnection(warm: number, count: number): Promise<{ dialled: number; accepted: number }> {
    const ends = [this.#dialler, this.#dialled]
    await this.#dialler.ask({ do: 'hold', address: this.#address, count: warm })
    const before = await Promise.all(ends.map((end) => end.ask({ do: 'rss' })))
    await this.#dialler.ask({ do: 'hold', address: this.#address, count })
    const after = await Promise.all(ends.map((end) => end.ask({ do: 'rss' })))
    const [dialled = 0, accepted = 0] = after.map((bytes, end) => (bytes - (before[end] ?? 0)) / count)
    return { dialled, accepted }
  }

  async close(): Promise<void> {
    await this.#link.close()
    await Promise.all([this.#dialler.end(), this.#dialled.end()])
  }
}

function portOf(address: string): number {
  return Number(/\/tcp\/(\d+)/.exec(address)?.[1])
}
