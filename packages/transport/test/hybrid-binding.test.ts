import type { MessageStream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { concatBytes } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import { type HandshakeProfile, hybridProfile, PQ_PROFILE, peerIdOfNodeKey } from '../src/index.js'
import { OuterNoise } from '../src/outer/channel.js'
import { filled, hybridParty, type Party, party, QUICK, shake, tamperedPair, testSigner, toBytes } from './harness.js'
import { against, type Binding, misbound } from './inner-only.js'

let alice: Party
let bob: Party

beforeAll(async () => {
  ;[alice, bob] = [await hybridParty(await testSigner(0x31)), await hybridParty(await testSigner(0x32))]
})

describe('the binding of the core to its outer channel', () => {
  const cases: ReadonlyArray<readonly [string, Binding]> = [
    [
      'with the outer keys in the wrong order',
      ({ own, remote }) => hybridProfile({ initiator: own, responder: remote }),
    ],
    ['of the pq profile', () => PQ_PROFILE],
    [
      'of the pq profile with the right keys',
      ({ own, remote }) => ({ ...PQ_PROFILE, prologue: concatBytes(remote, own) }),
    ],
    ['bound to no channel', () => hybridProfile({ initiator: filled(32, 1), responder: filled(32, 2) })],
  ]

  it.each(cases)('refuses a responder whose signature is %s', async (_, bind) => {
    const rogue = await party(await testSigner(0x32), {}, misbound(bind))
    const [a, b] = await shake(alice, rogue, tamperedPair())
    expect([a.code, b.code]).toEqual(['HS_SIGNATURE', 'STREAM_RESET'])
  })

  it('takes the same responder when it binds as it should, so that the cases above fail for their binding', async () => {
    const right = misbound(({ own, remote }) => hybridProfile({ initiator: remote, responder: own }))
    const [a] = await shake(alice, await party(await testSigner(0x32), {}, right), tamperedPair())
    expect(a.code).toBe('ok')
  })

  it('refuses an initiator that signs for another channel', async () => {
    const states: HandshakeProfile[] = []
    const twoFaced = misbound(({ own, remote }) => {
      const honest = hybridProfile({ initiator: own, responder: remote })
      // The first digest is the responder's, which it has to verify; what follows is its own.
      let reads = 0
      const profile = {
        labelPrefix: honest.labelPrefix,
        get prologue() {
          reads += 1
          return reads === 1 ? honest.prologue : filled(64, 9)
        },
      }
      states.push(profile)
      return profile
    })
    const [, b] = await shake(await party(await testSigner(0x31), {}, twoFaced), bob, tamperedPair())
    expect(states).toHaveLength(1)
    expect(b.code).toBe('HS_SIGNATURE')
  })

  it('defeats a relay with two outer channels: I fails, and its identity is shown to nobody', async () => {
    const [toAlice, toBob, forwarded] = await relayed()
    const [a, b] = await Promise.all([against(alice, 'outbound', toAlice), against(bob, 'inbound', toBob)])
    expect([a.code, b.code]).toEqual(['HS_SIGNATURE', 'STREAM_RESET'])
    const seen = Buffer.concat(forwarded)
    expect(seen.includes(Buffer.from(bob.signer.publicKey))).toBe(true)
    expect(seen.includes(Buffer.from(alice.signer.publicKey))).toBe(false)
  })
})

/** A relay that has an outer channel of its own with each side and passes on what it decrypts. */
async function relayed() {
  const [toAlice, fromAlice] = multiaddrConnectionPair()
  const [toBob, fromBob] = multiaddrConnectionPair()
  const relay = new OuterNoise(peerIdOfNodeKey(bob.signer.publicKey))
  const forwarded: Uint8Array[] = []
  const signal = AbortSignal.timeout(2_000)
  void Promise.all([
    relay.secure('inbound', fromAlice, QUICK.handshake, signal),
    relay.secure('outbound', fromBob, QUICK.handshake, signal),
  ]).then(([left, right]) => {
    pass(left.stream, right.stream, forwarded)
    pass(right.stream, left.stream, forwarded)
  })
  return [toAlice, toBob, forwarded] as const
}

function pass(from: MessageStream, to: MessageStream, forwarded: Uint8Array[]): void {
  from.addEventListener('message', (event) => {
    forwarded.push(toBytes(event.data))
    if (to.status === 'open') to.send(toBytes(event.data))
  })
  from.addEventListener('close', () => {
    if (to.status === 'open') to.abort(new Error('relay closed'))
  })
}
