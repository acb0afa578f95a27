import {
  type Confirmation,
  type ConsensusContext,
  decodeCertificate,
  type Envelope,
  encodeCertificate,
  type Header,
} from '@montana/consensus'
import type { AccountRecord, CandidateRecord, NodeRecord } from '@montana/ledger'
import { describe, expect, it } from 'vitest'
import type { Standing, WindowFacts } from '../src/oracles/facts.js'
import { WINDOW_ORACLES } from '../src/oracles/history.js'
import { firstViolation } from '../src/oracles/oracle.js'
import { factsOf, runQuietly } from './support/history.js'

const OTHER = new Uint8Array(32).fill(0xee)

const history = factsOf(runQuietly(18))

function factsAt(window: number): WindowFacts {
  const facts = history[window - 1]
  if (!facts) throw new Error(`no window ${window}`)
  return facts
}

const plain = factsAt(11)
const invariantOf = (facts: WindowFacts) => firstViolation(WINDOW_ORACLES, facts)?.invariant

const withHeader = (facts: WindowFacts, change: Partial<Header>): WindowFacts => {
  return { ...facts, envelope: { ...facts.envelope, header: { ...facts.envelope.header, ...change } } }
}
const withEnvelope = (facts: WindowFacts, change: Partial<Envelope>) => {
  return { ...facts, envelope: { ...facts.envelope, ...change } }
}
const withContext = (facts: WindowFacts, change: Partial<ConsensusContext>): WindowFacts => {
  return { ...facts, after: { ...facts.after, context: { ...facts.after.context, ...change } } }
}
const withTables = (facts: WindowFacts, change: (standing: Standing) => Partial<Standing['tables']>): WindowFacts => {
  const { tables, context } = facts.after
  return { ...facts, after: { context, tables: { ...tables, ...change({ tables, context }) } } }
}
const first = <T>(items: Iterable<T>): T => {
  for (const item of items) return item
  throw new Error('empty')
}
const withAccount = (change: (account: AccountRecord) => Partial<AccountRecord>) =>
  withTables(plain, ({ tables }) => {
    const account = first(tables.accounts.entries())
    return { accounts: tables.accounts.set({ ...account, ...change(account) }) }
  })
const withNode = (facts: WindowFacts, change: (node: NodeRecord) => Partial<NodeRecord>) =>
  withTables(facts, ({ tables }) => {
    const node = first(tables.nodes.entries())
    return { nodes: tables.nodes.set({ ...node, ...change(node) }) }
  })

const withCertificate = (certificate: Uint8Array | undefined): WindowFacts => {
  const { certificate: _, ...commit } = plain.commit
  return { ...plain, commit: { ...commit, ...(certificate && { certificate }) } }
}
const forged = (bytes: Uint8Array | undefined) => bytes?.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))
const thinned = (bytes: Uint8Array | undefined) => {
  const certificate = decodeCertificate(bytes ?? new Uint8Array())
  return encodeCertificate({ ...certificate, votes: certificate.signers.slice(0, 2) })
}

describe('the oracles about a window', () => {
  it('have nothing to say about a good history', () => {
    expect(history.map(invariantOf)).toEqual(history.map(() => undefined))
  })

  const bc = (facts: WindowFacts): Confirmation => first(facts.envelope.evidence)
  const cases: readonly (readonly [string, number, WindowFacts])[] = [
    ['another predecessor', 3, withHeader(plain, { prevProposalHash: OTHER })],
    ['another window number', 3, withHeader(plain, { window: 12 })],
    ['a context of another header', 3, withContext(plain, { proposalHash: OTHER })],
    ['a value that is not of this context', 3, { ...plain, commit: { ...plain.commit, cementValue: OTHER } }],
    ['money from nothing', 4, withAccount(({ balance }) => ({ balance: balance + 1n }))],
    ['a chain_length that jumps', 5, withNode(plain, ({ chainLength }) => ({ chainLength: chainLength + 2 }))],
    ['a chain_length that falls', 5, withNode(plain, ({ chainLength }) => ({ chainLength: chainLength - 2 }))],
    ['a last confirmation that falls', 5, withNode(plain, () => ({ lastConfirmationWindow: 0 }))],
    ['checkpoints that descend', 5, withNode(plain, () => ({ checkpoints: [3, 2, 1, 0, 0, 0] }))],
    [
      'a member that vanishes',
      5,
      withTables(plain, ({ tables }) => ({ nodes: tables.nodes.delete(first(tables.nodes.entries()).nodeId) })),
    ],
    ['evidence below the quorum', 6, withEnvelope(plain, { evidence: plain.envelope.evidence.slice(0, 2) })],
    [
      'one signer three times',
      6,
      withEnvelope(plain, { evidence: [bc(plain), bc(plain), ...plain.envelope.evidence] }),
    ],
    [
      'evidence of another window',
      6,
      withEnvelope(plain, { evidence: [...plain.envelope.evidence.slice(1), bc(factsAt(10))] }),
    ],
    [
      'evidence with a changed scope',
      6,
      withEnvelope(plain, { evidence: plain.envelope.evidence.map((c) => ({ ...c, scope: OTHER })) }),
    ],
    ['a window without a certificate', 6, withCertificate(undefined)],
    ['a certificate of another window', 6, withCertificate(factsAt(10).commit.certificate)],
    ['a certificate that nobody signed', 6, withCertificate(forged(plain.commit.certificate))],
    ['a certificate below the quorum', 6, withCertificate(thinned(plain.commit.certificate))],
    ['a credit that nobody got', 7, withEnvelope(plain, { confirmers: plain.envelope.confirmers.slice(1) })],
    [
      'an evidence signer without credit',
      7,
      { ...plain, before: { ...plain.before, context: { ...plain.before.context, evidenceSigners: [OTHER] } } },
    ],
    ['a clock value from elsewhere', 8, withContext(plain, { timechainValue: OTHER })],
    ['a D that changes inside an epoch', 8, withContext(plain, { nextD: 99 })],
    ['a winner who did not win', 9, withHeader(plain, { winnerId: OTHER })],
    ['another candidate list', 9, withContext(plain, { candidates: [] })],
    ['a proposer out of turn', 9, withHeader(plain, { proposerNodeId: OTHER })],
    ['a depth without a slot', 9, withHeader(plain, { fallbackDepth: 200 })],
    ['another root than the records have', 12, withHeader(plain, { nodeRoot: OTHER })],
    ['a target that the context does not have', 15, withHeader(plain, { target: 1n })],
    ['a target that changes inside an epoch', 15, withContext(withHeader(plain, { target: 1n }), { target: 1n })],
  ]
  it.each(cases)('notice %s', (_, invariant, facts) => {
    expect(invariantOf(facts)).toBe(invariant)
  })

  it('notice a D and a snapshot that ignore the end of an epoch', () => {
    const boundary = factsAt(16)
    expect(invariantOf(withContext(boundary, { nextD: 1 }))).toBe(8)
    expect(invariantOf(withNode(boundary, () => ({ chainLengthSnapshot: 999 })))).toBe(5)
  })

  it('notice whoever enters the tables by another door', () => {
    const node = first(plain.after.tables.nodes.entries())
    const stranger = { ...node, nodeId: OTHER, chainLength: 1, startWindow: 11 }
    const entered = withTables(plain, ({ tables }) => ({ nodes: tables.nodes.set(stranger) }))
    expect(invariantOf(entered)).toBe(14)
    const candidate = { nodeId: OTHER, registrationWindow: 11, expires: 99 } as CandidateRecord
    const pooled = withTables(plain, ({ tables }) => ({ candidates: tables.candidates.set(candidate) }))
    expect(invariantOf(pooled)).toBe(14)
  })
})
