import { seededRandom, toHex } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type AuthenticatedEnvelope,
  confirmationScope,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodeReveal,
  decodeVote,
  type Effect,
  type EngineConfig,
  type EngineEvent,
  type EngineState,
  encodeEnvelope,
  headerScope,
  headOf,
  step,
  type VerifyPolicy,
  voteScope,
} from '../src/index.js'
import { SimulatedMesh } from './support/mesh.js'

const HEAD = 3
const SIGNATURE = new Uint8Array(3309)
let next: AuthenticatedEnvelope
let follower: { config: EngineConfig; state: EngineState }
let proposer: { config: EngineConfig; state: EngineState }
let members: Uint8Array[]

/** The very next thing a member does after applying the head: nothing published yet, clock running. */
beforeAll(() => {
  const mesh = new SimulatedMesh(5, { loss: 0, crash: 0 }, 3, 0)
  mesh.runUntil(HEAD, 60_000)
  const [first, second] = mesh.processes
  if (!first || !second) throw new Error('no processes')
  const quiet = (state: EngineState): EngineState => ({
    ...state,
    signing: new Set(),
    clockValue: undefined,
    held: undefined,
  })
  proposer = { config: first.config, state: quiet(first.state) }
  follower = { config: second.config, state: quiet(second.state) }
  members = mesh.processes.map(({ nodeId }) => nodeId)
  mesh.runUntil(HEAD + 1, 60_000)
  const envelope = decodeEnvelope(second.disk.commits[HEAD]?.envelope ?? new Uint8Array())
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  next = { envelope, signatures }
})

type WithoutTime<T> = T extends unknown ? Omit<T, 'nowMs'> : never

/** Feeds events at one instant and collects what comes out. */
function feed(
  node: { config: EngineConfig; state: EngineState },
  events: readonly WithoutTime<EngineEvent>[],
  { verify = { kind: 'quorum' }, afterMs = 5_000 }: { verify?: VerifyPolicy; afterMs?: number } = {},
): { state: EngineState; effects: Effect[] } {
  const config = { ...node.config, verify, random: seededRandom(1) }
  let { state } = node
  const effects: Effect[] = []
  for (const event of events) {
    const result = step(config, state, { ...event, nowMs: state.appliedAtMs + afterMs } as EngineEvent)
    state = result.state
    effects.push(...result.effects)
  }
  return { state, effects }
}

const kinds = (effects: readonly Effect[]) => effects.map((effect) => effect.type)
const findings = (effects: readonly Effect[]) => effects.flatMap((e) => (e.type === 'finding' ? [e.code] : []))
const envelopeEvent = () => ({ type: 'envelope', from: 'p0', candidate: next }) as const
const tick = (value: Uint8Array) => ({ type: 'tick', window: HEAD + 1, value }) as const
const wrong = new Uint8Array(32).fill(7)

describe('values that the own clock has not computed', () => {
  it('are adopted at once under quorum', () => {
    expect(headOf(feed(follower, [envelopeEvent()]).state)).toBe(HEAD + 1)
  })

  it('wait for the own clock under full, and only one envelope waits', () => {
    const verify = { kind: 'full' } as const
    const waiting = feed(follower, [envelopeEvent(), envelopeEvent()], { verify })
    expect(headOf(waiting.state)).toBe(HEAD)
    expect(waiting.state.held).toBeDefined()
    const done = feed({ ...follower, state: waiting.state }, [tick(next.envelope.header.timechainValue)], { verify })
    expect(headOf(done.state)).toBe(HEAD + 1)
  })

  it('are adopted and audited afterwards under sample(n) while following live', () => {
    const live = feed(follower, [envelopeEvent()], { verify: { kind: 'sample', segments: 4 } })
    expect(headOf(live.state)).toBe(HEAD + 1)
    const audits = live.effects.flatMap((e) => (e.type === 'prove' ? [e.isAudit] : []))
    expect(audits).toEqual([true])
    expect(kinds(live.effects).indexOf('commit')).toBeLessThan(kinds(live.effects).indexOf('grind'))
  })

  it('wait for a sample of the proof when catching up; a failing one is a finding and convicts nothing', () => {
    const verify = { kind: 'sample', segments: 4 } as const
    const { timechainValue: value } = next.envelope.header
    const range = { ...envelopeEvent(), origin: 'range' } as const
    const waiting = feed(follower, [range], { verify })
    expect(headOf(waiting.state)).toBe(HEAD)
    const asked = waiting.effects.find((e) => e.type === 'prove')
    expect(asked).toMatchObject({ window: HEAD + 1, isAudit: false, policy: verify })
    const proven = (verdict: 'valid' | 'invalid' | 'unavailable') => {
      const event = { type: 'proven', window: HEAD + 1, value, policy: verify, verdict } as const
      return feed({ ...follower, state: waiting.state }, [event], { verify })
    }
    expect(headOf(proven('valid').state)).toBe(HEAD + 1)
    expect(headOf(proven('invalid').state)).toBe(HEAD)
    expect(findings(proven('invalid').effects)).toEqual(['ProofInvalid'])
  })

  it('without any proof sample(n) computes the window itself with probability n/64', () => {
    const { timechainValue: value } = next.envelope.header
    const range = { ...envelopeEvent(), origin: 'range' } as const
    const outcome = (segments: number) => {
      const verify = { kind: 'sample', segments } as const
      const event = { type: 'proven', window: HEAD + 1, value, policy: verify, verdict: 'unavailable' } as const
      return headOf(feed(follower, [range, event], { verify }).state)
    }
    expect(outcome(64)).toBe(HEAD)
    expect(outcome(0)).toBe(HEAD + 1)
  })

  it('a member that is slower than the others asks for a proof in full and may then sign', () => {
    const { timechainValue: value } = next.envelope.header
    const [peer] = next.envelope.evidence.filter(({ nodeId }) => toHex(nodeId) !== toHex(follower.config.selfNodeId))
    const state = { ...follower.state, confirmations: new Map() }
    const event = { type: 'confirmation', from: 'p0', confirmation: peer as never } as const
    const asked = feed({ ...follower, state }, [event])
    expect(asked.effects.find((e) => e.type === 'prove')).toMatchObject({ policy: { kind: 'full' }, value })
    const policy = { kind: 'full' } as const
    const proven = { type: 'proven', window: HEAD + 1, value, policy, verdict: 'valid' } as const
    const signed = feed({ ...follower, state: asked.state }, [proven])
    expect(signed.effects.flatMap((e) => (e.type === 'sign' ? [e.kind] : []))).toContain('confirmation')
  })
})

describe('a clock that disagrees with the network', () => {
  it('computes once more; if that agrees the fault is local and the node goes on', () => {
    const first = feed(follower, [tick(wrong), envelopeEvent()])
    expect(headOf(first.state)).toBe(HEAD)
    expect(kinds(first.effects)).toContain('grind')
    const second = feed({ ...follower, state: first.state }, [tick(next.envelope.header.timechainValue)])
    expect(findings(second.effects)).toEqual(['LocalClockFault'])
    expect(headOf(second.state)).toBe(HEAD + 1)
  })

  it('signs nothing more when two runs disagree with a quorum', () => {
    const first = feed(follower, [tick(wrong), envelopeEvent()])
    const second = feed({ ...follower, state: first.state }, [tick(wrong), { type: 'wake' }], { afterMs: 30_000 })
    expect(findings(second.effects)).toEqual(['TimechainDivergence'])
    expect(second.state.halted).toBe('TimechainDivergence')
    expect(headOf(second.state)).toBe(HEAD)
    expect(kinds(second.effects)).not.toContain('sign')
  })
})

describe('statements that exclude each other', () => {
  it('another value attested by more than the dishonest may weigh stops this node from signing', () => {
    const nodeId = members[2] as Uint8Array
    const scope = voteScope({ nodeId, window: HEAD, round: 0, phase: 2, value: wrong })
    const vote = decodeVote(new Uint8Array([...scope, ...SIGNATURE]))
    const { state, effects } = feed(follower, [{ type: 'vote', from: 'p2', vote }, tick(wrong)])
    expect(findings(effects)).toEqual(['ForkDetected'])
    expect(state.halted).toBe('ForkDetected')
    expect(kinds(effects)).not.toContain('sign')
  })

  it('a second header for a cemented window is kept as evidence and changes nothing', () => {
    const before = feed(follower, [envelopeEvent()])
    const { envelope, signatures } = next
    const scope = headerScope({ ...envelope.header, target: 1n })
    const bytes = encodeEnvelope({ ...envelope, header: new Uint8Array([...scope, ...SIGNATURE]) })
    const other = { envelope: decodeEnvelope(bytes), signatures }
    const { state, effects } = feed({ ...follower, state: before.state }, [
      { type: 'envelope', from: 'p0', candidate: other },
    ])
    expect(findings(effects)).toEqual(['EquivocatingProposer'])
    expect(kinds(effects)).toContain('evidence')
    expect(headOf(state)).toBe(HEAD + 1)
  })

  it('a header that somebody else signed for a cemented window is not equivocation, and one pair is reported once', () => {
    const before = feed(follower, [envelopeEvent()])
    const { envelope, signatures } = next
    const event = (change: object) => {
      const scope = headerScope({ ...envelope.header, ...change })
      const bytes = encodeEnvelope({ ...envelope, header: new Uint8Array([...scope, ...SIGNATURE]) })
      return { type: 'envelope', from: 'p2', candidate: { envelope: decodeEnvelope(bytes), signatures } } as const
    }
    const node = { ...follower, state: before.state }
    const foreign = feed(node, [event({ proposerNodeId: members[2] })])
    expect(foreign.effects).toEqual([])
    const repeated = feed(node, [event({ target: 1n }), event({ target: 2n }), event({ target: 3n })])
    expect(findings(repeated.effects)).toEqual(['EquivocatingProposer'])
  })

  it('two clock values confirmed by one member are reported', () => {
    const event = (endpoint: Uint8Array) => {
      const fields = { nodeId: members[2] as Uint8Array, window: HEAD + 1, opHashes: [], revealHashes: [] }
      const bytes = new Uint8Array([...confirmationScope({ ...fields, endpoint }), ...SIGNATURE])
      return { type: 'confirmation', from: 'p2', confirmation: decodeConfirmation(bytes) } as const
    }
    const { effects } = feed(follower, [event(wrong), event(new Uint8Array(32).fill(8))])
    expect(findings(effects)).toEqual(['ConflictingConfirmation'])
  })
})

describe('publishing', () => {
  const value = () => next.envelope.header.timechainValue

  it('waits for the pace, then signs the reveal first and the confirmation next', () => {
    const early = feed(follower, [tick(value())], { afterMs: 10 })
    expect(kinds(early.effects)).not.toContain('sign')
    const late = feed({ ...follower, state: early.state }, [{ type: 'wake' }])
    expect(late.effects.flatMap((e) => (e.type === 'sign' ? [e.kind] : []))).toEqual(['reveal', 'confirmation'])
  })

  it('journals before it sends', () => {
    const ready = feed(follower, [tick(value())])
    const signs = ready.effects.flatMap((e) => (e.type === 'sign' ? [e] : []))
    const signed = signs.map(
      ({ kind, window, scope }) => ({ type: 'signed', kind, window, scope, signature: SIGNATURE }) as const,
    )
    const { effects } = feed({ ...follower, state: ready.state }, signed)
    expect(kinds(effects).slice(0, 4)).toEqual(['journal', 'broadcast', 'journal', 'broadcast'])
  })

  it('signs again with the larger list when a reveal comes late', () => {
    const bare = { ...follower, state: { ...follower.state, reveals: new Map() } }
    const ready = feed(bare, [tick(value())])
    const request = ready.effects.find((e) => e.type === 'sign' && e.kind === 'confirmation')
    if (request?.type !== 'sign') throw new Error('nothing signed')
    const signed = {
      type: 'signed',
      kind: 'confirmation',
      window: HEAD + 1,
      scope: request.scope,
      signature: SIGNATURE,
    } as const
    const published = feed({ ...bare, state: ready.state }, [signed])
    const hashes = [...(follower.state.reveals.get(HEAD)?.keys() ?? [])]
    expect(hashes.length).toBe(3)
    const mesh = new SimulatedMesh(5, { loss: 0, crash: 0 }, 3, 0)
    mesh.runUntil(HEAD, 60_000)
    const late = mesh.processes[2]?.state.own.reveals.get(HEAD)
    const reveal = decodeReveal(late ?? new Uint8Array())
    const ripened = feed({ ...bare, state: published.state }, [{ type: 'reveal', from: 'p2', reveal }])
    const again = ripened.effects.find((e) => e.type === 'sign' && e.kind === 'confirmation')
    expect(again?.type === 'sign' && again.scope.length).toBe(request.scope.length + 32)
  })

  it('sends everything again to a new peer, and to all every ten seconds while the head stands still', () => {
    const toPeer = feed(follower, [{ type: 'peer', peer: 'p9' }], { afterMs: 1 })
    const kindsSent = toPeer.effects.flatMap((e) => (e.type === 'send' ? [e.message.kind] : []))
    expect(kindsSent).toEqual(expect.arrayContaining(['proposal', 'reveal']))
    const stuck = feed(follower, [{ type: 'wake' }], { afterMs: 10_000 })
    const sent = stuck.effects.flatMap((e) => (e.type === 'broadcast' ? [e.message] : []))
    expect(sent.find(({ kind }) => kind === 'proposal')?.window).toBe(HEAD)
  })

  it('a proposer that stands still signs a notice; members answer it with their confirmation, to the asker only', () => {
    const stuck = feed(proposer, [tick(value()), { type: 'wake' }], { afterMs: 10_000 })
    const notice = stuck.effects.find((e) => e.type === 'sign' && e.kind === 'notice')
    if (notice?.type !== 'sign') throw new Error('no notice')
    const ready = feed(follower, [tick(value())])
    const request = ready.effects.find((e) => e.type === 'sign' && e.kind === 'confirmation')
    if (request?.type !== 'sign') throw new Error('nothing signed')
    const signed = {
      type: 'signed',
      kind: 'confirmation',
      window: HEAD + 1,
      scope: request.scope,
      signature: SIGNATURE,
    } as const
    const published = feed({ ...follower, state: ready.state }, [signed])
    const header = decodeHeader(new Uint8Array([...notice.scope, ...SIGNATURE]))
    const answer = feed({ ...follower, state: published.state }, [{ type: 'notice', from: 'p0', header }])
    expect(answer.effects).toMatchObject([{ type: 'send', to: 'p0', message: { kind: 'confirmation' } }])
  })

  it('forms a certificate from a quorum of attestations', () => {
    const applied = feed(follower, [envelopeEvent()])
    const request = applied.effects.find((e) => e.type === 'sign' && e.kind === 'vote')
    if (request?.type !== 'sign') throw new Error('no attestation')
    const own = { type: 'signed', kind: 'vote', window: HEAD + 1, scope: request.scope, signature: SIGNATURE } as const
    const { value: attested } = decodeVote(new Uint8Array([...request.scope, ...SIGNATURE]))
    const others = [members[0], members[2]].map((nodeId) => {
      const scope = voteScope({ nodeId: nodeId as Uint8Array, window: HEAD + 1, round: 0, phase: 2, value: attested })
      return { type: 'vote', from: 'p', vote: decodeVote(new Uint8Array([...scope, ...SIGNATURE])) } as const
    })
    const { effects } = feed({ ...follower, state: applied.state }, [own, ...others])
    const certificate = effects.find((e) => e.type === 'certificate')
    expect(certificate?.type === 'certificate' && certificate.bytes.length).toBe(76 + 3 * 3341)
    expect(findings(effects)).toEqual([])
  })
})

describe('isolation', () => {
  it('a rejected envelope changes nothing and names its sender', () => {
    const forged = { ...next, signatures: { ...next.signatures, header: false } }
    const { state, effects } = feed(follower, [{ type: 'envelope', from: 'p2', candidate: forged }])
    const { bytes } = next.envelope.header
    expect(effects).toEqual([{ type: 'rejected', from: 'p2', window: HEAD + 1, code: 'InvalidSignature', bytes }])
    expect(toHex(state.chain.tables.nodes.root())).toBe(toHex(follower.state.chain.tables.nodes.root()))
    expect(headOf(state)).toBe(HEAD)
  })

  it('messages of strangers and of far windows are not kept', () => {
    const strange = confirmationScope({
      nodeId: wrong,
      window: HEAD + 1,
      endpoint: wrong,
      opHashes: [],
      revealHashes: [],
    })
    const far = confirmationScope({
      nodeId: members[2] as Uint8Array,
      window: 99,
      endpoint: wrong,
      opHashes: [],
      revealHashes: [],
    })
    const events = [strange, far].map((scope) => {
      const confirmation = decodeConfirmation(new Uint8Array([...scope, ...SIGNATURE]))
      return { type: 'confirmation', from: 'p2', confirmation } as const
    })
    const { state, effects } = feed(follower, events)
    expect(state.confirmations.get(99)).toBeUndefined()
    expect(state.confirmations.get(HEAD + 1)?.has(toHex(wrong)) ?? false).toBe(false)
    expect(kinds(effects)).toContain('behind')
  })
})
