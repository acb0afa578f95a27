import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { noMetrics, systemTime, type TimeSource } from '@montana/foundation'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import {
  createTransportMetrics,
  InboundAdmission,
  type InboundAdmissionOptions,
  LIMITS,
  PQ_PROTOCOL,
} from '../src/index.js'
import { toBytes } from './harness.js'

const EVENTS = ['message', 'close', 'drain', 'remoteCloseWrite'] as const
const line = (text: string) => Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`, 'latin1')

interface Change extends Partial<InboundAdmissionOptions> {
  readonly time?: TimeSource
}

function admission({ time = systemTime, ...change }: Change = {}): InboundAdmission {
  const options = {
    manifestAddresses: [],
    protocols: [PQ_PROTOCOL],
    backend: 'node',
    onSourceRefused: () => {},
  } as const
  const modules = { metrics: createTransportMetrics(noMetrics), time }
  return new InboundAdmission({ ...options, limits: LIMITS.admission, ...change }, modules)
}

const listeners = (connection: MultiaddrConnection) =>
  EVENTS.map((event) => (connection as unknown as { listenerCount(name: string): number }).listenerCount(event))

describe('InboundAdmission', () => {
  it('is out of the way of an upgraded connection: no listener, no byte lost', async () => {
    const [remote, local] = multiaddrConnectionPair()
    const before = listeners(local)
    const one = admission()
    expect(one.accept(local, () => undefined)).toBe(true)
    expect(one.pending).toBe(1)
    const guard = one.guard(local)
    remote.send(Buffer.concat([line(PQ_PROTOCOL), Buffer.from('behind it')]))
    await expect.poll(() => (guard as unknown as { readBufferLength: number }).readBufferLength).toBeGreaterThan(9)
    expect(one.agreed(guard)).toBe(local)
    one.upgraded(local)
    expect([one.pending, listeners(local)]).toEqual([0, before])
    const received: Uint8Array[] = []
    local.addEventListener('message', (event) => received.push(toBytes(event.data)))
    await expect.poll(() => Buffer.concat(received).toString()).toContain('behind it')
  })

  it('forgets a connection that ends, at whatever stage', async () => {
    const one = admission({
      limits: { ...LIMITS.admission, negotiation: { ...LIMITS.admission.negotiation, ms: 20 } },
    })
    const stages: ReadonlyArray<(connection: MultiaddrConnection) => void> = [
      (connection) => connection.abort(new Error('by us')),
      (connection) => void one.guard(connection),
      (connection) => one.agreed(one.guard(connection)).abort(new Error('in the handshake')),
    ]
    for (const stage of stages) {
      const [, local] = multiaddrConnectionPair()
      expect(one.accept(local, () => undefined)).toBe(true)
      stage(local)
      await expect.poll(() => one.pending).toBe(0)
      expect(local.status).not.toBe('open')
    }
  })

  it('counts a handshake once, when it begins or when it asks for its permit', async () => {
    const burst = 4
    const { lanes } = LIMITS.admission
    const stranger = { ...lanes.stranger, ip: { perSecond: 1, burst } }
    const limits = { ...LIMITS.admission, lanes: { ...lanes, stranger } }
    const one = admission({ limits, time: { ...systemTime, monotonicMs: () => 0 } })
    const accepted = () => {
      const [, local] = multiaddrConnectionPair()
      expect(one.accept(local, () => undefined)).toBe(true)
      return local
    }
    for (let handshake = 0; handshake < burst; handshake++) {
      const local = accepted()
      if (handshake % 2 === 0) one.begin(local)
      ;(await one.permit(local, new AbortController().signal)).release()
      one.upgraded(local)
    }
    expect(() => one.begin(accepted())).toThrow(/^HS_THROTTLED/)
  })

  it('lets nobody wait for a permit whose connection is gone', async () => {
    const one = admission()
    const permit = async () => {
      const [, local] = multiaddrConnectionPair()
      expect(one.accept(local, () => undefined)).toBe(true)
      return { local, permit: one.permit(local, new AbortController().signal) }
    }
    const held = [await permit(), await permit()]
    const first = await Promise.all(held.map((one) => one.permit))
    const waiting = await permit()
    waiting.local.abort(new Error('by the remote'))
    await expect(waiting.permit).rejects.toThrow(/^STREAM_RESET: /)
    const next = await permit()
    first[0]?.release()
    expect((await next.permit).lane).toBe('stranger')
  })

  it('refuses what the caps leave no room for and what is closed already, and follows nothing of it', () => {
    const [, local] = multiaddrConnectionPair()
    const one = admission()
    expect(one.accept(local, () => 'connections')).toBe(false)
    local.abort(new Error('by the remote'))
    expect(one.accept(local, () => undefined)).toBe(false)
    expect(one.pending).toBe(0)
  })

  it('gives no permit to a connection that was never accepted', async () => {
    const [, local] = multiaddrConnectionPair()
    await expect(admission().permit(local, new AbortController().signal)).rejects.toThrow(/^HS_THROTTLED: /)
  })

  it.each([
    ['node', 5],
    ['noble', 2],
  ] as const)('signs for strangers on the %s backend %i times a second', async (backend, perSecond) => {
    let nowMs = 0
    const one = admission({ backend, time: { wallMs: () => 0, monotonicMs: () => nowMs } })
    // Connections of other sources; the bucket of one source would be empty first.
    const permitted = async (source: number) => {
      const [, local] = multiaddrConnectionPair()
      Object.defineProperty(local, 'remoteAddr', { value: multiaddr(`/ip4/192.0.2.${source}/tcp/1`) })
      expect(one.accept(local, () => undefined)).toBe(true)
      try {
        const { lane, release } = await one.permit(local, new AbortController().signal)
        expect(lane).toBe('stranger')
        release()
        return true
      } catch {
        return false
      } finally {
        one.upgraded(local)
      }
    }
    const granted = async (count: number) => {
      let sum = 0
      for (let index = 0; index < count; index++) sum += (await permitted(1 + (index % 5))) ? 1 : 0
      return sum
    }
    expect(await granted(25)).toBe(20)
    nowMs = 1_000
    expect(await granted(10)).toBe(perSecond)
  })
})
