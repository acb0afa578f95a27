import { getEventListeners } from 'node:events'
import type { ConnectionEncrypter, Libp2p, MessageStream, SecureConnectionOptions } from '@libp2p/interface'
import { noMetrics, systemTime } from '@montana/foundation'
import { createTransportMetrics, HybridEncrypter, LIMITS, PqEncrypter } from '@montana/transport'
import { afterEach, describe, expect, it } from 'vitest'
import { isLong } from '../../../test/support/long-it.js'
import { createLibp2pNode } from '../src/libp2p-node.js'
import {
  dial,
  type Member,
  manifestOf,
  members,
  rawPeer,
  start,
  stopAll,
  testBackend,
  testNode,
} from './mesh-harness.js'
import { dialledOnly } from './proxied-mesh.js'

/** A thousand in the long run. */
const CYCLES = isLong ? 1_000 : 200
const VISITS = isLong ? 1_000 : 100
const EVENTS = ['message', 'drain', 'remoteCloseWrite', 'close'] as const
/** js-libp2p's connection object never lets go of the close of what it was made of. */
const LISTENERS_OF_LIBP2P = 1

interface Watched {
  readonly stream: MessageStream
  readonly listenersBefore: number
  readonly signal: AbortSignal | undefined
  readonly abortListenersBefore: number
}

/** The encrypter, with an eye on every stream and signal that it is given. */
class WatchedEncrypter implements ConnectionEncrypter {
  readonly protocol: string
  readonly watched: Watched[] = []
  readonly #encrypter: ConnectionEncrypter

  constructor(encrypter: ConnectionEncrypter) {
    this.#encrypter = encrypter
    this.protocol = encrypter.protocol
  }

  secureInbound(stream: MessageStream, options?: SecureConnectionOptions) {
    this.#watch(stream, options)
    return this.#encrypter.secureInbound(stream, options)
  }

  secureOutbound(stream: MessageStream, options?: SecureConnectionOptions) {
    this.#watch(stream, options)
    return this.#encrypter.secureOutbound(stream, options)
  }

  #watch(stream: MessageStream, options: SecureConnectionOptions = {}): void {
    const { signal } = options
    const before = { listenersBefore: listenersOf(stream), abortListenersBefore: abortListeners(signal) }
    this.watched.push({ stream, signal, ...before })
  }
}

function listenersOf(stream: MessageStream): number {
  return EVENTS.reduce((sum, event) => sum + stream.listenerCount(event), 0)
}

function abortListeners(signal: AbortSignal | undefined): number {
  return signal === undefined ? 0 : getEventListeners(signal, 'abort').length
}

async function watchedNode(
  { signer, listen }: Member,
  kind: typeof PqEncrypter | typeof HybridEncrypter,
): Promise<{ node: Libp2p; encrypter: WatchedEncrypter }> {
  const metrics = createTransportMetrics(noMetrics)
  const modules = { backend: await testBackend(), signer, metrics, time: systemTime }
  const encrypter = new WatchedEncrypter(new kind({ admit: () => {} }, modules))
  const node = await createLibp2pNode({ listen, limits: LIMITS }, { signer, encrypters: [encrypter], gater: {} })
  await node.start()
  return { node, encrypter }
}

/** Of sockets and timers. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo())
    if (/TCP|Timeout/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** Of what there is more than before. */
function more(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  const kinds = Object.entries(after).filter(([kind, count]) => count > (before[kind] ?? 0))
  return kinds.map(([kind, count]) => `${kind}: ${count}, before ${before[kind] ?? 0}`)
}

/** Hundred visits in a second are more than a peer may make. */
const MANY = { perSecond: 1_000, burst: 1_000 }
const { admission } = LIMITS
const BUSY: typeof LIMITS = {
  ...LIMITS,
  admission: {
    ...admission,
    lanes: { ...admission.lanes, manifest: { ...admission.lanes.manifest, ip: MANY, all: MANY } },
  },
}

const openAt = (node: Libp2p) => node.getConnections().length

describe('a thousand connections, opened and closed', () => {
  it.each([
    ['pq', PqEncrypter],
    ['hybrid', HybridEncrypter],
  ] as const)(
    'of the %s profile leave no listener of ours on a stream or signal, no socket and no timer',
    async (_, kind) => {
      const [a, b] = (await members(2)) as [Member, Member]
      const [near, far] = [await watchedNode(a, kind), await watchedNode(b, kind)]
      const before = resources()
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        const connection = await dial(near.node, b)
        // Every other one without a goodbye.
        if (cycle % 2 === 0) connection.abort(new Error('reset by the test'))
        else await connection.close()
      }
      await expect.poll(() => [near, far].map(({ node }) => openAt(node))).toEqual([0, 0])
      for (const { encrypter } of [near, far]) {
        expect(encrypter.watched.length).toBe(CYCLES)
        for (const { stream, listenersBefore, signal, abortListenersBefore } of encrypter.watched) {
          expect(listenersOf(stream)).toBe(listenersBefore + LISTENERS_OF_LIBP2P)
          expect(abortListeners(signal)).toBeLessThanOrEqual(abortListenersBefore)
        }
      }
      await expect.poll(() => more(before, resources()), { timeout: 10_000 }).toEqual([])
      await Promise.all([near.node.stop(), far.node.stop()])
      await expect.poll(() => Object.keys(resources()).filter((kind) => kind.includes('TCP'))).toEqual([])
    },
    120_000,
  )
})

describe('a mesh that a peer visits again and again', () => {
  const original = globalThis.AbortController
  const signals: AbortSignal[] = []

  afterEach(async () => {
    globalThis.AbortController = original
    signals.length = 0
    await stopAll()
  })

  it('keeps nothing of its visits', async () => {
    globalThis.AbortController = class extends original {
      constructor() {
        super()
        signals.push(this.signal)
      }
    }
    const [a, b] = (await members(2)) as [Member, Member]
    const { mesh } = await testNode(a, manifestOf([a, b]), { limits: dialledOnly(BUSY) })
    // The first thing that a mesh makes is the signal of its end.
    const stop = signals[0] as AbortSignal
    globalThis.AbortController = original
    await start({ mesh } as Parameters<typeof start>[0])
    const peer = await rawPeer(b)
    const count = () => ({ listeners: getEventListeners(stop, 'abort').length, ...resources() })
    const before = count()
    for (let visit = 0; visit < VISITS; visit++) {
      const connection = await dial(peer, a)
      await expect.poll(() => mesh.peers()[0]?.connections, { interval: 2 }).toBe(1)
      await connection.close()
      await expect.poll(() => mesh.peers()[0]?.connections, { interval: 2 }).toBe(0)
    }
    expect(mesh.peers()[0]).toMatchObject({ closed: VISITS, queue: { messages: 0, bytes: 0 } })
    await expect.poll(() => more(before, count()), { timeout: 10_000 }).toEqual([])
    await peer.stop()
  }, 300_000)
})
