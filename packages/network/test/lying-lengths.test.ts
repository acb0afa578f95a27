import { once } from 'node:events'
import { LIMITS, PQ_PROTOCOL } from '@montana/transport'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { heldMib } from '../../transport/test/memory.js'
import { BASE_PROTOCOL, BASE_TYPE, encodeEnvelope } from '../src/index.js'
import { percentile } from './isolation.js'
import {
  dial,
  exchangeRaw,
  type Member,
  manifestOf,
  members,
  rawPeer,
  start,
  stopAll,
  testNode,
} from './mesh-harness.js'
import { dialledOnly } from './proxied-mesh.js'
import { HEADER, knock, line } from './stranger.js'

/** As many as may be in a handshake at once (spec transport 10.1), from as many addresses. */
const STRANGERS = 48
const KIB_PER_MIB = 1024
/** Reliability goal 18. */
const HELD_KIB = 64
const REFUSED_MS = 10
const TRIES = 9
/** Each costs a fifth of what gets a peer banned. */
const PEER_TRIES = 3
const SHORT = 'over loopback, the middle of three to nine tries'

afterEach(stopAll)

const fromAddress = (index: number) => `127.0.1.${index + 1}`
/** multistream announces 2³² - 1 bytes. */
const LYING_LINE = Buffer.concat([HEADER, Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f)])
const AGREED = Buffer.concat([HEADER, line(PQ_PROTOCOL)])
/** A handshake message of 65,535 bytes. */
const LYING_HANDSHAKE = Buffer.concat([AGREED, Buffer.of(0xff, 0xff)])
/** The longest length that a handshake message may announce, and all of it but a byte. */
const UNFINISHED = Buffer.concat([AGREED, Buffer.of(0xa0, 0x08), new Uint8Array(2_207)])

async function lone() {
  const list = (await members(2)) as [Member, Member]
  await start(await testNode(list[0], manifestOf(list), { limits: dialledOnly(LIMITS) }))
  return { list }
}

const middle = (values: readonly number[]) => percentile(values, 0.5)

/** From the last byte of the lie to the end of the connection, ms. */
async function refusedAfter(to: Member, lie: Buffer, from: string): Promise<number> {
  const { socket } = knock(to, HEADER.subarray(0, 0), from)
  await once(socket, 'connect')
  socket.write(lie)
  const wroteMs = performance.now()
  await new Promise((resolve) => socket.once('close', resolve))
  return performance.now() - wroteMs
}

describe('a length that lies', () => {
  it('of a stranger ends its connection at once', async () => {
    const { list } = await lone()
    const slowest: number[] = []
    for (const [kind, lie] of [LYING_LINE, LYING_HANDSHAKE].entries()) {
      const tookMs: number[] = []
      for (let index = 0; index < TRIES; index++) {
        tookMs.push(await refusedAfter(list[0], lie, fromAddress(kind * TRIES + index)))
      }
      slowest.push(middle(tookMs))
    }
    tellFigure('r18-refused', Math.max(...slowest), SHORT)
    expect(Math.max(...slowest)).toBeLessThan(REFUSED_MS)
  })

  it('of a peer ends its request at once, and nothing else', async () => {
    const { list } = await lone()
    const peer = await rawPeer(list[1])
    onTestFinished(async () => void (await peer.stop()))
    await dial(peer, list[0])
    const lie = encodeEnvelope({ type: BASE_TYPE.proposal, requestId: 1n, payload: new Uint8Array(0) })
    new DataView(lie.buffer, lie.byteOffset).setUint32(10, 0xffff_ffff, true)
    const tookMs: number[] = []
    for (let index = 0; index < PEER_TRIES; index++) {
      const startedMs = performance.now()
      expect(await exchangeRaw(peer, list[0], BASE_PROTOCOL, lie)).toBe('reset')
      tookMs.push(performance.now() - startedMs)
    }
    tellFigure('r18-refused', middle(tookMs), SHORT)
    expect(middle(tookMs)).toBeLessThan(REFUSED_MS)
    expect(peer.getConnections()).toHaveLength(1)
  })

  it('of as many strangers as may wait at once holds at most 64 KiB each', async () => {
    const { list } = await lone()
    const warmUp = knock(list[0], UNFINISHED, '127.0.2.1')
    await expect.poll(() => warmUp.received().length).toBeGreaterThan(0)
    const beforeMib = heldMib()
    const waiting = Array.from({ length: STRANGERS - 1 }, (_, index) => knock(list[0], UNFINISHED, fromAddress(index)))
    await expect.poll(() => waiting.filter(({ received }) => received().length > 0).length).toBe(waiting.length)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const heldKib = ((heldMib() - beforeMib) * KIB_PER_MIB) / waiting.length
    expect(waiting.filter(({ isClosed }) => isClosed())).toEqual([])
    tellFigure('r18-stranger', heldKib, 'the ends of 47 strangers in the same process counted in')
    expect(heldKib).toBeLessThan(HELD_KIB)
  })
})
