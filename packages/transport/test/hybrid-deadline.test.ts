import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { describe, expect, it } from 'vitest'
import { FrameDecoder, LIMITS } from '../src/index.js'
import { hybridParty, shake, testSigner, toBytes } from './harness.js'

/** Messages of an initiator on the wire: two of the outer handshake, then frames that carry the inner one. */
type Pace = readonly [first: Wait, second: Wait, inner: Wait]
/** Milliseconds behind the message before; `never` is a dialler that stalls there. */
type Wait = number | 'never'

describe('a hybrid handshake whose dialler is slow', () => {
  it('works while each message comes in time and all of them together do', async () => {
    expect((await paced([700, 700, 50], { messageMs: 1_000, totalMs: 4_000 })).result).toBe('ok')
  })

  it.each([
    ['first', ['never', 0, 0]],
    ['second', [0, 'never', 0]],
  ] as const)('has the time of one message for the %s outer one', async (_, pace) => {
    const { result, seconds } = await paced(pace, { messageMs: 500, totalMs: 4_000 })
    expect(result).toBe('HS_TIMEOUT')
    expect(seconds).toBeGreaterThan(0.49)
    expect(seconds).toBeLessThan(0.95)
  })

  it('has the time of one message for the first inner one', async () => {
    const { result, seconds } = await paced([0, 300, 'never'], { messageMs: 500, totalMs: 4_000 })
    expect(result).toBe('HS_TIMEOUT')
    expect(seconds).toBeGreaterThan(0.79)
    expect(seconds).toBeLessThan(1.25)
  })

  it('has one deadline for both handshakes together, however late the outer one ends', async () => {
    const { result, seconds } = await paced([0, 900, 'never'], { messageMs: 1_000, totalMs: 1_300 })
    expect(result).toBe('HS_TIMEOUT')
    expect(seconds).toBeGreaterThan(1.29)
    expect(seconds).toBeLessThan(1.75)
  })
})

/** What the responder makes of a dialler with this pace. */
async function paced(pace: Pace, deadlines: Pick<typeof LIMITS.handshake, 'messageMs' | 'totalMs'>) {
  const limits = { handshake: { ...LIMITS.handshake, ...deadlines } }
  const dialler = await hybridParty(await testSigner(0x31), { limits: LIMITS })
  const responder = await hybridParty(await testSigner(0x32), { limits })
  await shake(dialler, responder, pacedPair(pace))
  const report = responder.reports.at(-1)
  if (report === undefined) throw new Error('no handshake')
  return report
}

function pacedPair(pace: Pace): [MultiaddrConnection, MultiaddrConnection] {
  const [initiator, nearInitiator] = multiaddrConnectionPair()
  const [nearResponder, responder] = multiaddrConnectionPair()
  const decoder = new FrameDecoder()
  const waits: Wait[] = [...pace]
  let before = Promise.resolve()
  nearInitiator.addEventListener('message', ({ data }) => {
    for (const body of decoder.push(data)) before = before.then(() => forward(body, waits.shift() ?? 0, nearResponder))
  })
  nearResponder.addEventListener('message', ({ data }) => {
    if (nearInitiator.status === 'open') nearInitiator.send(toBytes(data))
  })
  nearResponder.addEventListener('close', () => nearInitiator.abort(new Error('the responder is gone')))
  return [initiator, responder]
}

async function forward(body: Uint8Array, wait: Wait, to: MultiaddrConnection): Promise<void> {
  if (wait === 'never') return await new Promise(() => {})
  await new Promise((resolve) => setTimeout(resolve, wait))
  if (to.status === 'open') to.send(Buffer.concat([Uint8Array.of(body.length >> 8, body.length & 0xff), body]))
}
