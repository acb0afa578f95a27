import {
  confirmationScope,
  decodeConfirmation,
  decodeEnvelope,
  encodeCertificate,
  encodeEnvelope,
  votesOfCertificate,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { emptyState, genesisHash, type NodeRecord } from '@montana/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Anchor,
  type AnchorBytes,
  decodeAnchor,
  type KnownTable,
  type NodeTable,
  type TrustModules,
  trustAnchor,
  trustTables,
} from '../src/index.js'
import { headOf, makeWorld, manifestOf, type World } from './support/world.js'

let world: World
let honest: AnchorBytes
let modules: TrustModules
let nodes: NodeTable

beforeAll(async () => {
  world = await makeWorld(8, 'trust')
  const { envelope, certificate, after } = headOf(world)
  honest = { manifest: manifestOf(world, headOf(world)), envelope, certificate }
  const { document } = world.cohort
  const { quorumNum: numerator, quorumDen: denominator, tau2Windows: tau2 } = document.params
  const { cementingRule: cementing } = document
  modules = {
    verify: world.verify,
    genesisHash: genesisHash(document),
    cementing,
    tau2,
    quorum: { numerator, denominator },
  }
  nodes = after.tables.nodes
}, 60_000)
afterAll(() => world.close())

const flipped = (bytes: Uint8Array, at: number) => {
  const copy = bytes.slice()
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ 1
  return copy
}
const believe = async (bytes: AnchorBytes = honest, known: readonly KnownTable[] = [world.known]) => {
  return await trustAnchor(decodeAnchor(bytes), { pin: undefined, known }, modules)
}
/** The envelope with only so many confirmations in its evidence. */
const withEvidence = (count: number): AnchorBytes => {
  const { header, confirmers, evidence, control } = decodeEnvelope(honest.envelope)
  return {
    ...honest,
    envelope: encodeEnvelope({ header: header.bytes, confirmers, evidence: evidence.slice(0, count), control }),
  }
}
const withSigners = (count: number): AnchorBytes => {
  const { certificate } = decodeAnchor(honest).decoded
  return {
    ...honest,
    certificate: encodeCertificate({ ...certificate, votes: votesOfCertificate(certificate).slice(0, count) }),
  }
}
const tableOf = (...records: readonly NodeRecord[]): NodeTable => ({
  get: (key) => records.find(({ nodeId }) => Buffer.compare(nodeId, key) === 0),
  entries: () => records.values() as ReturnType<NodeTable['entries']>,
})
const members = () => [...nodes.entries()]

describe('the parts of an anchor', () => {
  it.each([
    ['ANCHOR_MALFORMED', () => ({ envelope: honest.envelope.subarray(1) })],
    ['ANCHOR_MALFORMED', () => ({ certificate: honest.certificate.subarray(1) })],
    ['ANCHOR_MALFORMED', () => ({ manifest: { ...honest.manifest, context: honest.manifest.context.subarray(1) } })],
    ['ANCHOR_HEADER', () => ({ manifest: { ...honest.manifest, header: flipped(honest.manifest.header, -1) } })],
    ['ANCHOR_HEADER', () => ({ manifest: { ...honest.manifest, window: honest.manifest.window + 1 } })],
    ['ANCHOR_CONTEXT', () => ({ manifest: { ...honest.manifest, context: flipped(honest.manifest.context, 100) } })],
    ['ANCHOR_CONTEXT', () => ({ certificate: flipped(honest.certificate, 8 + 32) })],
    ['ANCHOR_CERTIFICATE', () => ({ certificate: flipped(honest.certificate, 8) })],
    ['ANCHOR_STATE_ROOT', () => withHeader(44 + 3 * 32)],
  ])('%s where they do not belong together', (code, change) => {
    expect(() => decodeAnchor({ ...honest, ...change() })).toThrow(expect.objectContaining({ code }))
  })
})

/** One byte of the header changed in manifest and envelope alike. */
function withHeader(at: number): Pick<AnchorBytes, 'manifest' | 'envelope'> {
  const { manifest, envelope } = honest
  return { manifest: { ...manifest, header: flipped(manifest.header, at) }, envelope: flipped(envelope, at) }
}

describe('T1, a pinned window', () => {
  const pinned = (hash: Uint8Array, window = honest.manifest.window) => {
    return trustAnchor(decodeAnchor(honest), { pin: { window, hash }, known: [] }, modules)
  }

  it('believes the header with the hash and nothing else about its signers', async () => {
    expect(await pinned(decodeAnchor(honest).proposalHash)).toEqual({ root: 'pin' })
  })

  it('refuses another header of the same window, whoever signed it', async () => {
    const hash = flipped(decodeAnchor(honest).proposalHash, 0)
    const known = [world.known]
    const refused = trustAnchor(decodeAnchor(honest), { pin: { window: honest.manifest.window, hash }, known }, modules)
    await expect(refused).rejects.toMatchObject({ code: 'PIN_MISMATCH', field: 'checkpoint' })
  })

  it('says nothing about other windows', async () => {
    const refused = pinned(decodeAnchor(honest).proposalHash, honest.manifest.window - 1)
    await expect(refused).rejects.toMatchObject({
      code: 'TRUST_EMPTY_COHORT',
      message: expect.stringMatching(/is not the pinned window/),
    })
  })
})

describe('T2, a known table', () => {
  it('believes what a quorum of the genesis cohort confirmed and certified', async () => {
    expect(await believe()).toEqual({ root: 'table', window: 0, isOld: false })
  })

  it('says when the table is older than two epochs', async () => {
    const old = { ...modules, tau2: 1 }
    const trust = await trustAnchor(decodeAnchor(honest), { pin: undefined, known: [world.known] }, old)
    expect(trust).toMatchObject({ isOld: true })
  })

  it('counts three of four, and not two of four', async () => {
    await expect(believe(withEvidence(3))).resolves.toMatchObject({ root: 'table' })
    await expect(believe(withEvidence(2))).rejects.toMatchObject({
      code: 'TRUST_EVIDENCE_WEIGHT',
      metadata: { weight: 2, needed: 3 },
    })
    await expect(believe(withSigners(2))).rejects.toMatchObject({ code: 'TRUST_CERTIFICATE_WEIGHT' })
  })

  it('counts no strangers: their signatures may be as good as they like', async () => {
    const two = { window: 0, nodes: tableOf(...members().slice(0, 2)) }
    await expect(believe(honest, [two])).resolves.toMatchObject({ root: 'table' })
    const heavy = members().map((record, i) => ({ ...record, startWindow: i < 2 ? 99 : 0, chainLength: i < 2 ? 5 : 1 }))
    await expect(believe(honest, [{ window: 0, nodes: tableOf(...heavy) }])).rejects.toMatchObject({
      code: 'TRUST_EVIDENCE_WEIGHT',
    })
  })

  it('counts nobody twice', async () => {
    const { header, confirmers, evidence, control } = decodeEnvelope(honest.envelope)
    const doubled = [...evidence.slice(0, 2), ...evidence.slice(0, 2)]
    const envelope = encodeEnvelope({ header: header.bytes, confirmers, evidence: doubled, control })
    await expect(believe({ ...honest, envelope })).rejects.toMatchObject({ code: 'ANCHOR_EVIDENCE' })
  })

  it('takes confirmations of this window and its clock value alone', async () => {
    const { header, confirmers, evidence, control } = decodeEnvelope(honest.envelope)
    const other = await confirmationBy(header.window, new Uint8Array(32).fill(7), evidence[0]?.nodeId)
    const list = [other, ...evidence.slice(1)]
    const envelope = encodeEnvelope({ header: header.bytes, confirmers, evidence: list, control })
    await expect(believe({ ...honest, envelope })).rejects.toMatchObject({ code: 'ANCHOR_EVIDENCE' })
  })

  it.each([
    ['a confirmation', () => ({ envelope: flipped(honest.envelope, -1) })],
    ['a precommit', () => ({ certificate: flipped(honest.certificate, -1) })],
    ['the header', () => withHeader(3721)],
  ])('refuses a wrong signature under %s', async (_, change) => {
    await expect(believe({ ...honest, ...change() })).rejects.toMatchObject({ code: 'ANCHOR_SIGNATURE' })
  })

  it('refuses votes of another network', async () => {
    const foreign = { ...modules, genesisHash: new Uint8Array(32) }
    const refused = trustAnchor(decodeAnchor(honest), { pin: undefined, known: [world.known] }, foreign)
    await expect(refused).rejects.toMatchObject({ code: 'ANCHOR_SIGNATURE' })
  })

  it('refuses a certificate of another rule of cementing', async () => {
    const evidence = { ...modules, cementing: 'evidence' as const }
    const refused = trustAnchor(decodeAnchor(honest), { pin: undefined, known: [world.known] }, evidence)
    await expect(refused).rejects.toMatchObject({ code: 'ANCHOR_CERTIFICATE', field: 'round' })
  })

  it('does not exist without a cohort', async () => {
    const empty = { window: 0, nodes: emptyState().nodes }
    await expect(believe(honest, [empty])).rejects.toMatchObject({ code: 'TRUST_EMPTY_COHORT', field: 'checkpoint' })
  })

  it('takes no step back, and the next table where the first does not suffice', async () => {
    const newer = { window: honest.manifest.window + 1, nodes }
    await expect(believe(honest, [newer])).rejects.toMatchObject({ code: 'TRUST_TABLE_NEWER' })
    await expect(believe(honest, [newer, world.known])).resolves.toMatchObject({ root: 'table', window: 0 })
  })
})

describe('T3, the proven tables', () => {
  const prove = (table: NodeTable, anchor: Anchor = decodeAnchor(honest)) => trustTables(anchor, table, modules)

  it('holds for the node table of the anchor', async () => {
    await expect(prove(nodes)).resolves.toBeUndefined()
  })

  it('asks for more than half of the active weight', async () => {
    await expect(prove(nodes, decodeAnchor(withSigners(3)))).resolves.toBeUndefined()
    await expect(prove(nodes, decodeAnchor(withSigners(2)))).rejects.toMatchObject({ code: 'TRUST_MAJORITY' })
  })

  it('refuses a signer, and a proposer, who is no member', async () => {
    const { header } = decodeAnchor(honest).decoded.envelope
    const isProposer = ({ nodeId }: NodeRecord) => Buffer.compare(nodeId, header.proposerNodeId) === 0
    const without = (gone: (record: NodeRecord) => boolean) => tableOf(...members().filter((record) => !gone(record)))
    await expect(prove(without(isProposer))).rejects.toMatchObject({ code: 'TRUST_PROPOSER_UNKNOWN' })
    const other = members().find((record) => !isProposer(record))
    await expect(prove(without((record) => record === other))).rejects.toMatchObject({ code: 'TRUST_SIGNER_UNKNOWN' })
  })

  it('checks the header that no known table could', async () => {
    const bad = decodeAnchor({ ...honest, ...withHeader(3721) })
    await expect(prove(nodes, bad)).rejects.toMatchObject({ code: 'ANCHOR_SIGNATURE', field: 'header' })
  })
})

async function confirmationBy(window: number, endpoint: Uint8Array, nodeId: Uint8Array | undefined) {
  const operator = world.cohort.operators.find(
    ({ identity }) => Buffer.compare(identity.nodeId, nodeId ?? endpoint) === 0,
  )
  if (!operator) throw new RangeError('no such operator')
  const scope = confirmationScope({
    nodeId: operator.identity.nodeId,
    endpoint,
    window,
    opHashes: [],
    revealHashes: [],
  })
  return decodeConfirmation(concatBytes(scope, await operator.signer.sign(scope)))
}
