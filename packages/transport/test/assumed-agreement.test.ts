import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { describe, expect, it } from 'vitest'
import { AssumedAgreement, HYBRID_PROTOCOL, PQ_PROTOCOL } from '../src/index.js'
import { hex, hybridParty, outcome, type Party, party, received, testSigner, toBytes } from './harness.js'

const line = (text: string) => Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`, 'latin1')
const agreement = (protocol: string) => Buffer.concat([line('/multistream/1.0.0'), line(protocol)])

const PROFILES = [
  ['pq', PQ_PROTOCOL, party],
  ['hybrid', HYBRID_PROTOCOL, hybridParty],
] as const

const EVENTS = ['message', 'drain', 'remoteCloseWrite', 'close'] as const
const listeners = (raw: MultiaddrConnection) => EVENTS.reduce((sum, event) => sum + raw.listenerCount(event), 0)

const ends = async (make: (typeof PROFILES)[number][2]) =>
  [await make(await testSigner(1)), await make(await testSigner(2))] as const

/** A listener that says `answer` as soon as it has heard the proposal and the beginning of a handshake. */
function listener(raw: MultiaddrConnection, protocol: string, answer: readonly Uint8Array[]) {
  const proposal = agreement(protocol)
  const heard: Uint8Array[] = []
  return new Promise<Uint8Array>((resolve) => {
    const onMessage = ({ data }: { data: Parameters<typeof toBytes>[0] }) => {
      heard.push(toBytes(data))
      const bytes = Buffer.concat(heard)
      if (bytes.length <= proposal.length) return
      raw.removeEventListener('message', onMessage)
      for (const part of answer) raw.send(part)
      raw.unshift(bytes.subarray(proposal.length))
      resolve(bytes.subarray(0, proposal.length))
    }
    raw.addEventListener('message', onMessage)
  })
}

/** What js-libp2p's negotiation does: both lines in one write, then it waits for both. */
async function propose(stream: AssumedAgreement, protocol: string): Promise<void> {
  const answers = received(stream)
  stream.send(agreement(protocol))
  await expect.poll(() => hex(Buffer.concat(answers))).toBe(hex(agreement(protocol)))
}

async function dial(dialer: Party, protocol: string, raw: MultiaddrConnection) {
  const stream = new AssumedAgreement(raw, protocol)
  await propose(stream, protocol)
  return await outcome(dialer.encrypter.secureOutbound(stream))
}

describe.each(PROFILES)('a dialer with %s as its only proposal', (_, protocol, make) => {
  it.each([
    ['at once', [agreement(protocol)]],
    ['line by line', [line('/multistream/1.0.0'), line(protocol)]],
    ['byte by byte', [...agreement(protocol)].map((byte) => Uint8Array.of(byte))],
  ])('begins its handshake before it has an answer, which then comes %s', async (_how, answer) => {
    const [dialer, other] = await ends(make)
    const [near, far] = multiaddrConnectionPair()
    const before = listeners(near)
    const dialled = dial(dialer, protocol, near)
    expect(hex(await listener(far, protocol, answer))).toBe(hex(agreement(protocol)))
    const [ours, theirs] = await Promise.all([dialled, outcome(other.encrypter.secureInbound(far))])
    expect([ours.code, theirs.code]).toEqual(['ok', 'ok'])
    const arrived = received(ours.secured?.connection)
    theirs.secured?.connection.send(Buffer.from('hello'))
    await expect.poll(() => Buffer.concat(arrived).toString()).toBe('hello')
    await ours.secured?.connection.close()
    await expect.poll(() => listeners(near)).toBe(before)
  })

  it.each([
    ['na', [line('/multistream/1.0.0'), line('na')]],
    ['another protocol', [agreement('/noise')]],
    ['no multistream', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ])('gives up on %s', async (_how, answer) => {
    const [dialer] = await ends(make)
    const [near, far] = multiaddrConnectionPair()
    const dialled = dial(dialer, protocol, near)
    await listener(far, protocol, answer)
    expect((await dialled).code).toBe('PROFILE_REFUSED')
    expect([near.status, far.status]).toEqual(['aborted', 'reset'])
  })

  it('waits for the remote where something else than this protocol is proposed', async () => {
    const [near, far] = multiaddrConnectionPair()
    const stream = new AssumedAgreement(near, protocol)
    const answers = received(stream)
    stream.send(agreement('/other/1.0.0'))
    far.send(Buffer.from('an answer'))
    await expect.poll(() => Buffer.concat(answers).toString()).toBe('an answer')
  })
})
