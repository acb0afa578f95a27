import type { LinkProxy } from '@montana/link-proxy'
import { LIMITS } from '@montana/transport'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { BASE_PROTOCOL, BASE_TYPE, encodeEnvelope } from '../src/index.js'
import { dial, type Member, manifestOf, members, rawPeer, start, stopAll, testNode } from './mesh-harness.js'
import { behind, closeProxies, dialledOnly, proxyFor } from './proxied-mesh.js'

const ROUNDS = 10
/** Behind what is on its way already, and well inside the frame of some 3,400 bytes that follows. */
const INTO_FRAME_BYTES = 1_000
/** Reliability goal 16. */
const CLOSED_MS = 100
const PATIENCE_MS = 2_000

afterEach(async () => {
  await stopAll()
  await closeProxies()
})

const turn = () => new Promise(setImmediate)

async function until(isTrue: () => boolean): Promise<void> {
  for (const beganMs = performance.now(); !isTrue() && performance.now() - beganMs < PATIENCE_MS; ) await turn()
}

/** From when the changed byte leaves the link until the sender's connection is closed, ms. */
async function closesAfter(link: LinkProxy, isOpen: () => boolean): Promise<number> {
  const { changed } = link.counts.forward
  await until(() => link.counts.forward.changed > changed)
  const changedMs = performance.now()
  await until(() => !isOpen())
  return performance.now() - changedMs
}

it('a connection is closed within 100 ms of a frame that was changed on the way', async () => {
  const list = (await members(2)) as [Member, Member]
  const node = await start(await testNode(list[0], manifestOf(list), { limits: dialledOnly(LIMITS) }))
  const link = await proxyFor(list[0])
  const peer = await rawPeer(list[1])
  onTestFinished(async () => void (await peer.stop()))
  const tookMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    link.change({ forward: { corruptAt: [] } })
    const before = link.counts.forward.bytes
    const connection = await dial(peer, behind(link, list[0]))
    const stream = await connection.newStream([BASE_PROTOCOL])
    link.change({ forward: { corruptAt: [link.counts.forward.bytes - before + INTO_FRAME_BYTES] } })
    const measured = closesAfter(link, () => connection.status === 'open')
    stream.send(encodeEnvelope({ type: BASE_TYPE.vdfReveal, requestId: 1n, payload: new Uint8Array(3381) }))
    tookMs.push(await measured)
  }
  tellFigure('r16-closed', Math.max(...tookMs), 'ten ciphertexts over loopback; a changed length waits for its bytes')
  expect(link.counts.forward.changed).toBe(ROUNDS)
  expect(node.seen.messages).toEqual([])
  expect(Math.max(...tookMs)).toBeLessThan(CLOSED_MS)
})
