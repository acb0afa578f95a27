import { setTimeout as pause } from 'node:timers/promises'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { byteStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { BackendName, StackName } from './contenders.js'
import { CpuMeter } from './cpu-meter.js'
import { openStack } from './stacks.js'

const ECHO = '/montana-bench/echo/1.0.0'
const SINK = '/montana-bench/sink/1.0.0'
const CHUNK_BYTES = 64 * 1024
const MANY = 10_000
/** Long enough for what a closed connection leaves behind to be collected. */
const SETTLE_MS = 200

/** A js-libp2p node with one encrypter, and what the bench does with it. */
export class PeerNode {
  readonly #node: Libp2p
  readonly #meter: CpuMeter

  private constructor(node: Libp2p, meter: CpuMeter) {
    this.#node = node
    this.#meter = meter
  }

  static async open(stack: StackName, backend: BackendName): Promise<PeerNode> {
    const { privateKey, encrypter, protector } = await openStack(stack, backend)
    const meter = new CpuMeter()
    const node = await createLibp2p({
      ...(privateKey && { privateKey }),
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [(components) => meter.around(encrypter(components))],
      ...(protector && { connectionProtector: () => protector }),
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      connectionManager: {
        maxConnections: MANY,
        inboundConnectionThreshold: MANY,
        maxIncomingPendingConnections: MANY,
      },
    })
    await node.handle(ECHO, echo)
    await node.handle(SINK, sink)
    return new PeerNode(node, meter)
  }

  get address(): string {
    return String(this.#node.getMultiaddrs()[0])
  }

  async firstByte(address: string): Promise<number> {
    const startedMs = performance.now()
    const connection = await this.#dial(address)
    const stream = await connection.newStream(ECHO)
    stream.send(Uint8Array.of(1))
    await byteStream(stream).read({ bytes: 1 })
    const tookMs = performance.now() - startedMs
    await connection.close()
    return tookMs
  }

  async handshakes(address: string, count: number): Promise<readonly number[]> {
    for (let done = 0; done < count; done++) {
      const connection = await this.#dial(address)
      await connection.close()
      await pause(1)
    }
    return this.#meter.take('outbound')
  }

  inboundCpu(): readonly number[] {
    return this.#meter.take('inbound')
  }

  async push(address: string, bytes: number): Promise<number> {
    const connection = await this.#dial(address)
    const stream = await connection.newStream(SINK)
    const done = byteStream(stream).read({ bytes: 1 })
    const chunk = new Uint8Array(CHUNK_BYTES)
    const startedMs = performance.now()
    for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
      if (!stream.send(chunk)) await stream.onDrain()
    }
    await stream.close()
    await done
    const tookMs = performance.now() - startedMs
    await connection.close()
    return tookMs
  }

  async hold(address: string, count: number): Promise<number> {
    for (let opened = 0; opened < count; opened++) await this.#dial(address)
    return this.#node.getConnections().length
  }

  async rss(): Promise<number> {
    await pause(SETTLE_MS)
    for (let round = 0; round < 3; round++) globalThis.gc?.()
    await pause(SETTLE_MS)
    return process.memoryUsage.rss()
  }

  #dial(address: string): Promise<Connection> {
    return this.#node.dial(multiaddr(address), { force: true })
  }
}

async function echo(stream: Stream): Promise<void> {
  const bytes = await byteStream(stream).read({ bytes: 1 })
  stream.send(bytes)
  await stream.close()
}

/** Takes everything, then says so with one byte. */
async function sink(stream: Stream): Promise<void> {
  stream.addEventListener('remoteCloseWrite', () => {
    stream.send(Uint8Array.of(1))
    stream.close().catch(() => {})
  })
  stream.addEventListener('message', () => {})
}
