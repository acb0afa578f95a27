import type { Libp2p } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { nodeIdOf, type PqBackend, peerIdOf, type Signer, selectPqBackend } from '@montana/crypto'
import {
  type Logger,
  type MetricsRegistry,
  noMetrics,
  silentLogger,
  systemRandom,
  systemTime,
  toHex,
} from '@montana/foundation'
import {
  createTransportMetrics,
  type ExtLimit,
  LIMITS,
  type Limits,
  PqEncrypter,
  type RequestLimit,
} from '@montana/transport'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'vitest'
import { freePort } from '../../../test/support/ports.js'
import {
  createMesh,
  type Manifest,
  type Mesh,
  type MeshHandlers,
  type MeshOptions,
  parseManifest,
  type StatusMessage,
} from '../src/index.js'
import { createLibp2pNode, type Libp2pNodeModules } from '../src/libp2p-node.js'

const GENESIS = new Uint8Array(32).fill(0xaa)

let backend: Promise<PqBackend> | undefined
export const testBackend = () => (backend ??= selectPqBackend())
export const testSigner = async (byte: number): Promise<Signer> =>
  await (await testBackend()).importSigner(new Uint8Array(32).fill(byte))

/** Limits with short periods; what a test does not name keeps its real value. */
export const QUICK: Limits = {
  ...LIMITS,
  heartbeat: { ...LIMITS.heartbeat, intervalMs: 100, timeoutMs: 2_000 },
  redial: { ...LIMITS.redial, firstSpreadMs: 50, baseMs: 100, maxMs: 400 },
  exchange: { ...LIMITS.exchange, statusEveryMs: 400, statusFallbackMs: 200, statusRefreshMs: 200 },
  base: withRate(LIMITS.base, 0xf0, 100),
  ext: withRate(LIMITS.ext, 0x80, 100),
}

function withRate<T extends RequestLimit | ExtLimit>(table: ReadonlyMap<number, T>, type: number, perSecond: number) {
  const entry = table.get(type)
  return new Map(table).set(type, { ...(entry as T), perSecond, burst: perSecond })
}

export interface Member {
  readonly signer: Signer
  readonly peerId: string
  readonly listen: string
}

export async function members(count: number, firstByte = 1): Promise<Member[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const signer = await testSigner(firstByte + index)
      return { signer, peerId: peerIdOf(signer.publicKey), listen: `/ip4/127.0.0.1/tcp/${await freePort()}` }
    }),
  )
}

export function manifestOf(list: readonly Member[], security?: 'hybrid'): Manifest {
  const peers = list.map((member, index) => ({
    label: `n${index}`,
    multiaddr: member.listen,
    peer_id: member.peerId,
    account_id_hex: '00'.repeat(32),
    node_id_hex: toHex(nodeIdOf(member.signer.publicKey)),
    bootstrap: index === 0,
    ...(security && { security }),
  }))
  return parseManifest(JSON.stringify({ network_name: 'test', peers }))
}

export interface Seen {
  readonly messages: Array<{ from: string | undefined; type: number; requestId: bigint; payload: Uint8Array }>
  readonly ext: Array<{ from: string | undefined; type: number; payload: Uint8Array }>
  readonly statuses: Array<{ from: string | undefined; window: number }>
  readonly reached: Array<string | undefined>
  readonly disconnected: Array<string | undefined>
}

export interface TestNode {
  readonly mesh: Mesh
  readonly seen: Seen
  readonly logs: Array<{ level: string; code: unknown; remedy: unknown; message: string }>
  /** Sum of a counter over all label sets that contain `labels`. */
  readonly counted: (name: string, labels: Readonly<Record<string, string>>) => number
  /** What a histogram was given so far, in order. */
  readonly observed: (name: string) => ReadonlyArray<{ readonly peer: string | undefined; readonly value: number }>
}

export const status = (window = 1): StatusMessage => ({
  genesisHash: GENESIS,
  window,
  headerHash: new Uint8Array(32),
  stateRoot: new Uint8Array(32),
  oldestWindow: 1,
  snapshotWindow: 0,
  role: 3,
  security: 1,
  flags: 0,
  build: 'montana/0.1.0+test',
})

export async function testNode(
  member: Member,
  manifest: Manifest,
  options: Partial<MeshOptions> = {},
  handlers: Partial<MeshHandlers> = {},
): Promise<TestNode> {
  const seen: Seen = { messages: [], ext: [], statuses: [], reached: [], disconnected: [] }
  const logs: TestNode['logs'] = []
  const { registry, counted, observed } = countingMetrics()
  const mesh = createMesh(
    { listen: member.listen, manifest, genesisHash: GENESIS, limits: QUICK, ...options },
    {
      backend: await testBackend(),
      signer: member.signer,
      logger: recorder(logs),
      metrics: registry,
      time: systemTime,
      random: systemRandom,
      handlers: {
        onMessage: ({ label }, type, requestId, payload) =>
          seen.messages.push({ from: label, type, requestId, payload }),
        onExtRequest: async ({ label }, type, payload) => {
          seen.ext.push({ from: label, type, payload })
          return new Uint8Array(0)
        },
        onStatus: ({ label }, { window }) => seen.statuses.push({ from: label, window }),
        onPeerReached: ({ label }) => seen.reached.push(label),
        onPeerDisconnected: ({ label }) => seen.disconnected.push(label),
        ownStatus: () => status(),
        ...handlers,
      },
    },
  )
  return { mesh, seen, logs, counted, observed }
}

function countingMetrics(): Pick<TestNode, 'counted' | 'observed'> & { registry: MetricsRegistry } {
  const values: Array<{ name: string; peer: string | undefined; value: number }> = []
  const counts: Array<{ name: string; labels: Readonly<Record<string, string>>; value: number }> = []
  const registry: MetricsRegistry = {
    ...noMetrics,
    counter: ({ name }) => ({ inc: (labels, value = 1) => void counts.push({ name, labels, value }) }),
    histogram: ({ name }) => ({
      observe: ({ peer }: Readonly<Record<string, string>>, value) => void values.push({ name, peer, value }),
    }),
  }
  const counted: TestNode['counted'] = (name, wanted) =>
    counts
      .filter((count) => count.name === name && Object.entries(wanted).every(([key, is]) => count.labels[key] === is))
      .reduce((sum, { value }) => sum + value, 0)
  return { registry, counted, observed: (name) => values.filter((entry) => entry.name === name) }
}

const running = new Set<Mesh>()

export async function start(node: TestNode): Promise<TestNode> {
  running.add(node.mesh)
  await node.mesh.start()
  return node
}

/** Members of one mesh, each connected with all the others. */
export async function startAll(
  list: readonly Member[],
  handlers: Partial<MeshHandlers> = {},
  options: Partial<MeshOptions> = {},
): Promise<TestNode[]> {
  const manifest = manifestOf(list)
  const nodes = await Promise.all(list.map((member) => testNode(member, manifest, options, handlers)))
  for (const node of nodes) await start(node)
  await expect.poll(() => nodes.map(connectedPeers), { timeout: 5_000 }).toEqual(nodes.map(() => list.length - 1))
  return nodes
}

export const connectedPeers = ({ mesh }: TestNode) => mesh.peers().filter((peer) => peer.connections > 0).length

/** Stops what {@link start} started; for `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((mesh) => mesh.stop()))
  running.clear()
}

function recorder(logs: TestNode['logs']): Logger {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    logs.push({ level, code: fields.code, remedy: fields.remedy, message })
  }
  return { ...silentLogger, warn: at('warn'), error: at('error'), info: at('info') }
}

/** A peer that does what a test tells it: authenticated, of the pq profile only as a base peer, without a mesh above. */
export async function rawPeer(member: Member, hooks: Partial<Libp2pNodeModules> = {}): Promise<Libp2p> {
  const { signer } = member
  const metrics = createTransportMetrics(noMetrics)
  const encrypter = new PqEncrypter(
    { admit: () => {} },
    { backend: await testBackend(), signer, metrics, time: systemTime },
  )
  const node = await createLibp2pNode(
    { listen: member.listen, limits: LIMITS },
    { signer, encrypters: [encrypter], gater: {}, ...hooks },
  )
  await node.start()
  return node
}

export const dial = async (from: Libp2p, to: Member) =>
  await from.dial(multiaddr(`${to.listen}/p2p/${to.peerId}`), { force: true })

export type RawAnswer = Uint8Array | 'reset'

/** Sends bytes on a fresh stream and returns what comes back until the remote ends it. */
export async function exchangeRaw(from: Libp2p, to: Member, protocol: string, bytes: Uint8Array): Promise<RawAnswer> {
  const [connection] = from.getConnections().filter(({ remotePeer }) => remotePeer.toString() === to.peerId)
  if (connection === undefined) throw new Error('not connected')
  const stream = await connection.newStream([protocol], { maxOutboundStreams: 1000 })
  const io = byteStream(stream)
  stream.send(bytes)
  const parts: Uint8Array[] = []
  try {
    for (;;) {
      const part = await io.read({ signal: AbortSignal.timeout(3_000) })
      if (part === null) return Buffer.concat(parts)
      parts.push(part.subarray())
      if (Buffer.concat(parts).length >= 14) return Buffer.concat(parts)
    }
  } catch {
    return 'reset'
  } finally {
    stream.abort(new Error('done'))
  }
}
