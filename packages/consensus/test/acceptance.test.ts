import { compareBytes } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Acceptance,
  type AuthenticatedEnvelope,
  acceptEnvelope,
  type ChainState,
  type Confirmation,
  confirmationScope,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  type Envelope,
  encodeEnvelope,
  genesisChainState,
  type HeaderFields,
  headerScope,
  includedBundlesRoot,
  proposalHash,
  proposerRule,
  sealSettled,
} from '../src/index.js'
import { SimulatedMesh } from './support/mesh.js'

/** S_0 … S_4 and the envelopes 1 … 5 of a real run. */
let states: ChainState[]
let envelopes: Envelope[]
let rule: ReturnType<typeof proposerRule>

const allValid = (envelope: Envelope): AuthenticatedEnvelope => ({
  envelope,
  signatures: {
    header: true,
    confirmers: envelope.confirmers.map(() => true),
    evidence: envelope.evidence.map(() => true),
    control: envelope.control.map(() => true),
  },
})

function accept(state: ChainState, candidate: AuthenticatedEnvelope, own?: Uint8Array): Acceptance {
  return acceptEnvelope({ state, rule, ownTimechainValue: own }, candidate)
}

beforeAll(() => {
  const mesh = new SimulatedMesh(42, { loss: 0, crash: 0 })
  mesh.runUntil(5, 60_000)
  rule = proposerRule(mesh.document)
  envelopes = (mesh.processes[3]?.disk.commits ?? []).map(({ envelope }) => decodeEnvelope(envelope))
  states = [genesisChainState(mesh.document)]
  for (const envelope of envelopes.slice(0, 4)) {
    const verdict = accept(states.at(-1) as ChainState, allValid(envelope))
    if (!verdict.ok) throw new Error(verdict.code)
    states.push(sealSettled(verdict.proposal.settled, proposalHash(envelope.header.scope)))
  }
})

interface Parts {
  header: HeaderFields
  confirmers: readonly Confirmation[]
  evidence: readonly Confirmation[]
}

/** Envelope 5 with something changed; the header's own roots follow unless the change sets them. */
function altered(change: (parts: Parts) => Partial<Parts>): Envelope {
  const { header, confirmers, evidence } = envelopes[4] as Envelope
  const parts: Parts = { header, confirmers, evidence, ...change({ header, confirmers, evidence }) }
  const bytes = new Uint8Array(3722)
  bytes.set(headerScope(parts.header))
  return decodeEnvelope(encodeEnvelope({ ...parts, header: bytes, control: [] }))
}

const inHeader = (fields: Partial<HeaderFields>) => altered(({ header }) => ({ header: { ...header, ...fields } }))
const hash = (byte: number) => new Uint8Array(32).fill(byte)

function confirmation(base: Confirmation, fields: Partial<Parameters<typeof confirmationScope>[0]>): Confirmation {
  const scope = confirmationScope({ ...base, ...fields })
  const bytes = new Uint8Array(scope.length + 3309)
  bytes.set(scope)
  return decodeConfirmation(bytes)
}

/** One confirmation of list 2 replaced. */
function withEvidence(fields: Partial<Parameters<typeof confirmationScope>[0]>): Envelope {
  return altered(({ evidence }) => ({
    evidence: evidence.map((bc, index) => (index === 1 ? confirmation(bc, fields) : bc)),
  }))
}

describe('acceptance, the checks of spec protocol 10.1', () => {
  it('takes the genuine envelope and leaves the state as it was', () => {
    const state = states[4] as ChainState
    const before = state.tables.nodes.root()
    expect(accept(state, allValid(envelopes[4] as Envelope)).ok).toBe(true)
    expect(compareBytes(state.tables.nodes.root(), before)).toBe(0)
  })

  it.each([
    ['ZeroDepth', () => inHeader({ fallbackDepth: 0 })],
    ['WindowNotSequential', () => inHeader({ window: 6 })],
    ['VersionRegression', () => inHeader({ protocolVersion: 0 })],
    ['UnsupportedVersion', () => inHeader({ protocolVersion: 2 })],
    ['UnknownProposer', () => inHeader({ proposerNodeId: hash(9) })],
    ['PrevHashMismatch', () => inHeader({ prevProposalHash: hash(1) })],
    ['NonCanonicalProposer', () => inHeader({ fallbackDepth: 2 })],
    ['SignerOrder', () => altered(({ confirmers }) => ({ confirmers: [...confirmers].reverse() }))],
    ['SignerOrder', () => altered(({ evidence }) => ({ evidence: [evidence[0], evidence[0], evidence[1]] as never }))],
    ['BundleWindowMismatch', () => altered(({ evidence }) => ({ confirmers: evidence }))],
    ['MissingConfirmer', () => altered(({ confirmers }) => ({ confirmers: confirmers.slice(1) }))],
    ['BundleWindowMismatch', () => withEvidence({ window: 7 })],
    [
      'UnknownNode',
      () =>
        altered(({ evidence }) => ({
          evidence: [...evidence, confirmation(evidence[0] as Confirmation, { nodeId: hash(255) })],
        })),
    ],
    ['WrongEndpoint', () => withEvidence({ endpoint: hash(3) })],
    [
      'TooManyOps',
      () =>
        withEvidence({
          opHashes: Array.from({ length: 257 }, (_, i) =>
            hash(0)
              .fill(i >> 8, 0, 1)
              .fill(i & 255, 1, 2),
          ),
        }),
    ],
    ['OpsOutOfOrder', () => withEvidence({ opHashes: [hash(2), hash(1)] })],
    ['OpsOutOfOrder', () => withEvidence({ opHashes: [hash(2), hash(2)] })],
    ['RevealsOutOfOrder', () => withEvidence({ revealHashes: [hash(2), hash(1)] })],
    ['QuorumNotReached', () => altered(({ evidence }) => ({ evidence: evidence.slice(1) }))],
    ['ControlRootMismatch', () => inHeader({ controlRoot: hash(1) })],
    ['BundlesRootMismatch', () => inHeader({ includedBundlesRoot: hash(1) })],
    ['RevealsRootMismatch', () => inHeader({ includedRevealsRoot: hash(1) })],
    ['RevealsRootMismatch', () => withEvidence({ revealHashes: [] })],
    ['WinnerMismatch', () => inHeader({ winnerId: hash(1) })],
    ['WinnerEndpointMismatch', () => inHeader({ winnerEndpoint: hash(1) })],
    ['TargetMismatch', () => inHeader({ target: 5n })],
    ['NodeRootMismatch', () => inHeader({ nodeRoot: hash(1) })],
    ['CandidateRootMismatch', () => inHeader({ candidateRoot: hash(1) })],
    ['AccountRootMismatch', () => inHeader({ accountRoot: hash(1) })],
    ['StateRootMismatch', () => inHeader({ stateRoot: hash(1) })],
  ] as const)('%s', (code, make) => {
    const verdict = accept(states[4] as ChainState, allValid(make()))
    expect(verdict).toEqual({ ok: false, code })
  })

  it('refuses a value that differs from its own, and an invalid signature anywhere', () => {
    const genuine = envelopes[4] as Envelope
    const state = states[4] as ChainState
    expect(accept(state, allValid(genuine), hash(1))).toEqual({ ok: false, code: 'TimechainMismatch' })
    const { signatures } = allValid(genuine)
    const invalid = { ok: false, code: 'InvalidSignature' }
    expect(accept(state, { envelope: genuine, signatures: { ...signatures, header: false } })).toEqual(invalid)
    const one = signatures.evidence.map((_, index) => index !== 2)
    expect(accept(state, { envelope: genuine, signatures: { ...signatures, evidence: one } })).toEqual(invalid)
    expect(accept(state, { envelope: genuine, signatures: { ...signatures, confirmers: [] } })).toEqual(invalid)
  })

  it('refuses confirmations in list 1 of window 1', () => {
    const first = envelopes[0] as Envelope
    const bytes = encodeEnvelope({ ...first, header: first.header.bytes, confirmers: first.evidence, control: [] })
    const verdict = accept(states[0] as ChainState, allValid(decodeEnvelope(bytes)))
    expect(verdict).toEqual({ ok: false, code: 'BundleWindowMismatch' })
  })

  it('has one encoding per envelope: no trailing byte, no explicit empty third list, nothing too short', () => {
    const { bytes } = envelopes[4] as Envelope
    const longer = new Uint8Array(bytes.length + 2)
    longer.set(bytes)
    expect(() => decodeEnvelope(longer)).toThrow()
    expect(() => decodeEnvelope(bytes.subarray(0, bytes.length - 1))).toThrow()
    expect(() => decodeEnvelope(bytes.subarray(0, 3725))).toThrow()
    expect(() => decodeHeader(bytes.subarray(0, 3721))).toThrow()
    expect(includedBundlesRoot([])).toHaveLength(32)
  })
})
