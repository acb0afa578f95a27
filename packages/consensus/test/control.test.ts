import { compareBytes } from '@montana/foundation'
import { decodeNodeRegistration, nodeIdOf, type RegistrationFields, registrationScope } from '@montana/ledger'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  acceptEnvelope,
  assembleDraft,
  type ChainState,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  genesisChainState,
  HEADER_BYTES,
  headerScope,
  proposalHash,
  proposerRule,
  registrationHash,
  sealSettled,
} from '../src/index.js'
import { SimulatedMesh } from './support/mesh.js'

const HEAD = 4
const U64_MAX = 2n ** 64n - 1n
const NODE_KEY = new Uint8Array(1952).fill(0x44)
let rule: ReturnType<typeof proposerRule>
/** S_4 of a real run, and the envelope that follows it there. */
let head: ChainState
let next: Envelope

const verdicts = (list: readonly unknown[], isValid: boolean) => list.map(() => isValid)

function accept(state: ChainState, envelope: Envelope, isControlValid = true) {
  const { confirmers, evidence, control } = envelope
  const signatures = {
    header: true,
    confirmers: verdicts(confirmers, true),
    evidence: verdicts(evidence, true),
    control: verdicts(control, isControlValid),
  }
  return acceptEnvelope({ state, rule, ownTimechainValue: undefined }, { envelope, signatures })
}

beforeAll(() => {
  const mesh = new SimulatedMesh(42, { loss: 0, crash: 0 }, 3, 1, { vdfEntryWindows: 2 })
  mesh.runUntil(HEAD + 1, 60_000)
  rule = proposerRule(mesh.document)
  head = genesisChainState(mesh.document)
  const envelopes = (mesh.processes[3]?.disk.commits ?? []).map(({ envelope }) => decodeEnvelope(envelope))
  for (const envelope of envelopes.slice(0, HEAD)) {
    const verdict = accept(head, envelope)
    if (!verdict.ok) throw new Error(verdict.code)
    head = sealSettled(verdict.proposal.settled, proposalHash(envelope.header.scope))
  }
  next = envelopes[HEAD] as Envelope
})

function registration(over: Partial<RegistrationFields> = {}): Uint8Array {
  const bytes = new Uint8Array(5344)
  const fields = { suiteId: 1, nodePublicKey: NODE_KEY, wStart: 1n, vdfChainLength: 4n, ...over }
  const hash = new Uint8Array(32).fill(0x55)
  bytes.set(registrationScope({ operatorAccountId: hash, proofEndpoint: hash, ...fields }))
  return bytes
}

/** S_4 as if a quorum had vouched for `objects` in window 4. */
function vouched(objects: readonly Uint8Array[]): ChainState {
  const pendingControl = objects
    .map((bytes) => ({ cementedWindow: HEAD, hash: registrationHash(bytes) }))
    .sort((a, b) => compareBytes(a.hash, b.hash))
  return { ...head, context: { ...head.context, pendingControl } }
}

function draftBytes(state: ChainState, control: readonly Uint8Array[]): Uint8Array {
  const { header, confirmers, evidence } = next
  const { proposerNodeId, fallbackDepth, timechainValue } = header
  const input = { proposerNodeId, fallbackDepth, timechainValue, confirmers, evidence, control }
  const draft = assembleDraft(state, input)
  const signed = new Uint8Array(HEADER_BYTES)
  signed.set(headerScope(draft.header))
  return encodeEnvelope({ ...draft, header: signed })
}

describe('an envelope with control objects', () => {
  it('makes a candidate and empties the list of what waits', () => {
    const state = vouched([registration()])
    const verdict = accept(state, decodeEnvelope(draftBytes(state, [registration()])))
    if (!verdict.ok) throw new Error(verdict.code)
    const { settled } = verdict.proposal
    const nodeId = nodeIdOf(NODE_KEY)
    expect(settled.outcomes).toEqual([{ hash: registrationHash(registration()), nodeId, fault: undefined }])
    expect(settled.selected).toEqual([])
    expect(settled.state.tables.candidates.get(nodeId)).toMatchObject({ registrationWindow: HEAD + 1 })
    expect(settled.state.context.pendingControl).toEqual([])
    expect(settled.changes.map(({ table }) => table)).toContain('candidate')
  })

  it('is judged by the signature of the body: a draft on another verdict has other roots', () => {
    const state = vouched([registration()])
    const envelope = decodeEnvelope(draftBytes(state, [registration()]))
    expect(accept(state, envelope, false)).toEqual({ ok: false, code: 'CandidateRootMismatch' })
  })

  it('settles whatever a quorum vouched for, up to the largest counts', () => {
    const wide = registration({ wStart: U64_MAX, vdfChainLength: U64_MAX, suiteId: 1 })
    const verdict = accept(vouched([wide]), decodeEnvelope(draftBytes(vouched([wide]), [wide])))
    if (!verdict.ok) throw new Error(verdict.code)
    expect(verdict.proposal.settled.outcomes.map(({ fault }) => fault)).toEqual(['WStartOutOfRange'])
  })

  it('must carry exactly the objects that wait', () => {
    const state = vouched([registration()])
    const other = registration({ vdfChainLength: 3n })
    const code = { ok: false, code: 'ControlSetMismatch' }
    expect(accept(state, decodeEnvelope(draftBytes(state, [])))).toEqual(code)
    expect(accept(state, decodeEnvelope(draftBytes(state, [other])))).toEqual(code)
    expect(accept(head, decodeEnvelope(draftBytes(head, [registration()])))).toEqual(code)
  })

  it('is malformed when an object is no registration', () => {
    const bytes = draftBytes(vouched([registration()]), [registration()])
    const at = bytes.length - 5344
    expect(decodeNodeRegistration(bytes.subarray(at)).nodePublicKey).toEqual(NODE_KEY)
    bytes[at] = 0x12
    expect(() => decodeEnvelope(bytes)).toThrow(expect.objectContaining({ name: 'CodecError', code: 'BadValue' }))
  })
})
