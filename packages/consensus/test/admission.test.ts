import { toHex } from '@montana/foundation'
import { type NodeRegistration, registrationHash } from '@montana/ledger'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  assembleDraft,
  type ChainState,
  decodeConfirmation,
  decodeEnvelope,
  encodeEnvelope,
  headerScope,
} from '../src/index.js'
import { type BenchNode, CLOCK, effectsOf, registrationOf, VoteBench } from './support/vote-bench.js'

let bench: VoteBench
let self: Uint8Array

beforeAll(() => {
  bench = new VoteBench()
  self = bench.holder(4)
})

const send = (node: BenchNode, registration: NodeRegistration) => {
  return node.feed({ type: 'registration', from: 'peer', registration })
}
const hashOf = ({ bytes }: NodeRegistration) => registrationHash(bytes)
const verified = (
  node: BenchNode,
  registration: NodeRegistration,
  verdict: 'valid' | 'invalid' | 'unavailable' = 'valid',
) => {
  return node.feed({ type: 'candidateVerified', hash: hashOf(registration), verdict })
}
const checks = (node: BenchNode) => effectsOf(node.take(), 'verifyCandidate').map(({ hash }) => toHex(hash))

/** Control hashes of the confirmation that the node signed last. */
function listed(node: BenchNode): string[] {
  const entry = node.journal.find(({ kind }) => kind === 'confirmation')
  return entry ? decodeConfirmation(entry.bytes).opHashes.map(toHex) : []
}

/** As if a quorum had vouched for them in window 3. */
function pending(hashes: readonly Uint8Array[]): ChainState {
  const pendingControl = hashes.map((hash) => ({ cementedWindow: 3, hash }))
  return { ...bench.chain, context: { ...bench.chain.context, pendingControl } }
}

describe('a registration', () => {
  it('is listed once its work is proven, with its body durable before', () => {
    const registration = registrationOf(bench)
    const node = send(bench.node(self).tick(4), registration)
    expect(listed(node)).toEqual([])
    verified(node, registration)
    expect(listed(node)).toEqual([toHex(hashOf(registration))])
    const kinds = node.take().map(({ type }) => type)
    expect(kinds).toContain('keep')
    expect(kinds.indexOf('keep')).toBeLessThan(kinds.lastIndexOf('sign'))
  })

  it.each(['invalid', 'unavailable'] as const)('with %s work is forgotten, and may come again', (verdict) => {
    const registration = registrationOf(bench)
    const node = verified(send(bench.node(self).tick(4), registration), registration, verdict)
    expect(listed(node)).toEqual([])
    expect(node.state.registrations.size).toBe(0)
    node.take()
    expect(checks(send(node, registration))).toEqual([toHex(hashOf(registration))])
  })

  it('is nothing to an observer', () => {
    const node = send(bench.node(new Uint8Array(32).fill(0xee)), registrationOf(bench))
    expect(node.state.registrations.size).toBe(0)
  })

  it('that could not be applied is refused without a check of its work', () => {
    const node = bench.node(self).tick(4)
    node.take()
    send(node, registrationOf(bench, { windows: 1n }))
    send(node, registrationOf(bench, { windows: 99n }))
    const effects = node.take()
    expect(effectsOf(effects, 'rejected').map(({ code }) => code)).toEqual(['VdfChainTooShort', 'WStartOutOfRange'])
    expect(effectsOf(effects, 'verifyCandidate')).toEqual([])
  })

  it('the longer one of a key replaces the shorter, but neither one that is being checked nor one that is vouched for', () => {
    const [other, short, long] = [{ fill: 0x71 }, { windows: 2n }, { windows: 3n }].map((f) => registrationOf(bench, f))
    if (!other || !short || !long) throw new Error('no registrations')
    const waiting = send(send(send(bench.node(self).tick(4), other), short), long)
    expect([...waiting.state.registrations.keys()]).toEqual([other, long].map((one) => toHex(hashOf(one))))
    const node = send(bench.node(self).tick(4), short)
    expect(checks(node)).toHaveLength(1)
    expect(checks(send(node, long))).toEqual([])
    verified(node, short)
    expect(checks(send(node, long))).toEqual([])
    expect(listed(node)).toEqual([toHex(hashOf(short))])
  })

  it('is checked one at a time', () => {
    const all = [0x71, 0x72, 0x73].map((fill) => registrationOf(bench, { fill }))
    const node = bench.node(self).tick(4)
    node.take()
    for (const one of all) send(node, one)
    const order: string[] = checks(node)
    for (const one of all) {
      expect(order.at(-1)).toBe(toHex(hashOf(one)))
      order.push(...checks(verified(node, one)))
    }
    expect(order).toHaveLength(3)
  })

  it('has one of 256 places, and a confirmation lists 16, also when it ripens', () => {
    const node = bench.node(self).tick(4)
    for (let fill = 0x71; fill <= 0x84; fill++) {
      const one = registrationOf(bench, { fill })
      verified(send(node, one), one)
    }
    expect(listed(node)).toHaveLength(16)
    for (let i = 0; i < 300; i++) send(node, distinct(i))
    expect(node.state.registrations.size).toBe(256)
  })

  it('that was vouched for is still proven after a restart', () => {
    const registration = registrationOf(bench)
    const node = bench.node(self, { registrations: [registration] }).tick(4)
    expect(listed(node)).toEqual([toHex(hashOf(registration))])
    expect(effectsOf(node.take(), 'verifyCandidate')).toEqual([])
  })
})

/** Registrations of as many keys as one likes. */
function distinct(index: number): NodeRegistration {
  const registration = registrationOf(bench, { fill: 200 })
  const bytes = registration.bytes.slice()
  bytes[3] = index & 255
  bytes[4] = 1 + (index >> 8)
  return registrationOf(bench, { bytes })
}

describe('a control object that a quorum vouched for', () => {
  it('is not listed again, and its body is taken in although it could not be listed any more', () => {
    const registration = registrationOf(bench, { windows: 1n })
    const node = bench.node(self, { chain: pending([hashOf(registration)]) }).tick(4)
    send(node, registration)
    expect(node.state.registrations.has(toHex(hashOf(registration)))).toBe(true)
    verified(node, registration)
    expect(listed(node)).toEqual([])
  })

  it('keeps the proposer from drafting until the body is there; it is asked for every second', () => {
    const registration = registrationOf(bench)
    const node = proposer(pending([hashOf(registration)]))
    node.run(1_500)
    expect(node.journal.filter(({ kind }) => kind === 'header')).toEqual([])
    const wanted = effectsOf(node.take(), 'fetch').filter((effect) => effect.wanted.what === 'registration')
    expect(wanted.length).toBeGreaterThanOrEqual(2)
    send(node, registration)
    const [header] = node.journal.filter(({ kind }) => kind === 'header')
    expect(decodeEnvelope(header?.bytes ?? CLOCK).control).toHaveLength(1)
  })

  it('is dropped with the window that processed it', () => {
    const registration = registrationOf(bench)
    const chain = pending([hashOf(registration)])
    const node = bench.node(self, { chain, registrations: [registration] }).tick(4)
    const draft = draftWith(chain, registration)
    node.feed({ type: 'draft', from: 'peer', candidate: draft.candidate })
    node.take()
    node.feed({ type: 'certificate', from: 'peer', certificate: bench.certificate(draft, bench.others(self)) })
    expect(node.head).toBe(4)
    expect(effectsOf(node.take(), 'drop').map(({ hash }) => toHex(hash))).toEqual([toHex(hashOf(registration))])
    expect(node.state.registrations.size).toBe(0)
  })
})

/** The holder of slot 1 with a quorum of confirmations. */
function proposer(chain: ChainState): BenchNode {
  const first = bench.holder(1)
  const node = bench.node(first, { chain }).tick(4)
  for (const nodeId of bench.others(first)) {
    node.feed({ type: 'confirmation', from: 'peer', confirmation: bench.confirmation(nodeId) })
  }
  return node
}

function draftWith(chain: ChainState, registration: NodeRegistration) {
  const { confirmers, evidence } = bench.draft(1).candidate.envelope
  const input = { proposerNodeId: bench.holder(1), fallbackDepth: 1, timechainValue: CLOCK, confirmers, evidence }
  const unsigned = assembleDraft(chain, { ...input, control: [registration.bytes] })
  const header = new Uint8Array(3722)
  header.set(headerScope(unsigned.header))
  return bench.describe(encodeEnvelope({ ...unsigned, header }), chain)
}
