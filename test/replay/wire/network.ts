import type { Connection, Libp2p } from '@libp2p/interface'
import { BASE_PROTOCOL, BASE_TYPE, encodeEnvelope } from '@montana/network'
import { LIMITS, type Limits } from '@montana/transport'
import {
  dial,
  type Member,
  manifestOf,
  members,
  rawPeer,
  type TestNode,
  testNode,
} from '../../../packages/network/test/mesh-harness.js'
import { dialledOnly } from '../../../packages/network/test/proxied-mesh.js'
import { untilSoon } from '../until.js'
import { Tap, type TappedSession } from './tap.js'

const PATIENCE_MS = 30_000
const REVEAL_BYTES = 3_381
const MANY = { perSecond: 100_000, burst: 100_000 }
const wide = { ...LIMITS.admission.lanes.manifest, ip: MANY, all: MANY }

/** Thousands of handshakes from one address, which the rates of a node would refuse before anything is looked at. */
const WIDE: Limits = {
  ...dialledOnly(LIMITS),
  admission: { ...LIMITS.admission, lanes: { ...LIMITS.admission.lanes, manifest: wide } },
}

/** A whole session of a peer with a node: one message was delivered over it. */
export interface Session {
  readonly connection: Connection
  readonly tapped: TappedSession
}

/** Two nodes, each behind a tap, and two peers with real keys that dial them: real TCP, real handshakes, real frames. */
export class WireNetwork {
  readonly #members: readonly Member[]
  readonly #taps: Tap[] = []
  readonly #peers: Libp2p[] = []
  readonly #nodes: TestNode[] = []
  #sent = 0

  private constructor(list: readonly Member[]) {
    this.#members = list
  }

  static async open(): Promise<WireNetwork> {
    const network = new WireNetwork(await members(4))
    for (const index of [0, 1]) {
      await network.#start(index)
      network.#taps.push(await Tap.open(network.portOf(index)))
      network.#peers.push(await rawPeer(network.#member(index + 2)))
    }
    return network
  }

  portOf(node: number): number {
    return Number(this.#member(node).listen.split('/').at(-1))
  }

  /** Messages that reached a node, connections that it opened, and frames that it refused, since it started. */
  reached(node: number): { messages: number; connections: number; refused: number } {
    const { mesh, seen, counted } = this.#node(node)
    const opened = mesh.peers().map(({ handshakes }) => handshakes.hybrid + handshakes.pq + handshakes.none)
    const refused = counted('montana_frame_errors_total', { code: 'FRAME_AUTH' })
    return { messages: seen.messages.length, connections: opened.reduce((sum, count) => sum + count, 0), refused }
  }

  async session(peer: number, node: number): Promise<Session> {
    const tap = this.#taps[node]
    const from = this.#peers[peer]
    if (!tap || !from) throw new RangeError(`peer ${peer}, node ${node}`)
    const { messages } = this.reached(node)
    const connection = await dial(from, { ...this.#member(node), listen: `/ip4/127.0.0.1/tcp/${tap.port}` })
    const tapped = tap.latest
    const stream = await connection.newStream([BASE_PROTOCOL])
    const payload = new Uint8Array(REVEAL_BYTES).fill(++this.#sent)
    stream.send(encodeEnvelope({ type: BASE_TYPE.vdfReveal, requestId: BigInt(this.#sent), payload }))
    await untilSoon(() => this.reached(node).messages > messages, PATIENCE_MS, 'a message arrives')
    return { connection, tapped }
  }

  /** Dials an address at which something answers in the name of a node. */
  async dialAt(peer: number, node: number, port: number): Promise<Connection> {
    const from = this.#peers[peer]
    if (!from) throw new RangeError(`peer ${peer}`)
    return await dial(from, { ...this.#member(node), listen: `/ip4/127.0.0.1/tcp/${port}` })
  }

  /** A new process would be no other: keys of handshakes live no longer than the mesh. */
  async restart(node: number): Promise<void> {
    await this.#node(node).mesh.stop()
    await this.#start(node)
  }

  async close(): Promise<void> {
    for (const tap of this.#taps) await tap.close()
    for (const peer of this.#peers) await peer.stop()
    for (const { mesh } of this.#nodes) await mesh.stop()
  }

  async #start(index: number): Promise<void> {
    const node = await testNode(this.#member(index), manifestOf(this.#members), { limits: WIDE })
    this.#nodes[index] = node
    await node.mesh.start()
  }

  #member(index: number): Member {
    const member = this.#members[index]
    if (!member) throw new RangeError(`member ${index}`)
    return member
  }

  #node(index: number): TestNode {
    const node = this.#nodes[index]
    if (!node) throw new RangeError(`node ${index}`)
    return node
  }
}
