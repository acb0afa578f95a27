import {
  decodeConfirmation,
  encodeEnvelope,
  PREVOTE,
  proposalHash,
  proposeMessage,
  proposeScope,
} from '@montana/consensus'
import { concatBytes, toHex } from '@montana/foundation'
import { REGISTRATION_BYTES, registrationScope, SUITE_ML_DSA_65 } from '@montana/ledger'
import { BASE_TYPE, EVIDENCE_KIND, EXT_TYPE, encodeEvidence, encodeObjectRequest, OBJECT_KIND } from '@montana/network'
import { describe, expect, it } from 'vitest'
import { longIt } from '../support/long-it.js'
import { HostileMember, headerOf } from './support/hostile.js'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork, type NetworkFiles } from './support/network.js'

const LIAR = 'armenia'
const OPERATORS = ['moscow', 'frankfurt', 'helsinki', LIAR]
const SIGNATURE_BYTES = 3_309
/** A clock that needs five seconds for a window of half a second. */
const SLOW = ['--verify', 'full', '--clock-floor-ms', '5000']

const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
const noise = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** Real nodes in the place of everybody but the liar; the clock of one may be far too slow. */
async function startNetwork({ slow }: { slow?: string } = {}) {
  const files = await makeNetwork(temporaryFolder(), OPERATORS)
  const honest = files.members.filter(({ label }) => label !== LIAR)
  const nodes = honest.map((member) => new MemberProcess(files, member, member.label === slow ? SLOW : []))
  return { files, nodes, node: (label: string) => nodes.find((one) => one.label === label) as MemberProcess }
}

/** The liar, once it sees the chain that the others make. */
async function joinLiar(files: NetworkFiles, ...answer: [Parameters<typeof HostileMember.join>[2]?]) {
  const liar = await HostileMember.join(files, LIAR, ...answer)
  await until(() => liar.connected === OPERATORS.length - 1 && liar.head >= 3, 40_000, 'the liar follows')
  return liar
}

async function everybodyGoesOn(nodes: readonly MemberProcess[], windows = 2): Promise<void> {
  const head = Math.max(...(await Promise.all(nodes.map((node) => node.head()))))
  await Promise.all(nodes.map((node) => node.reaches(head + windows, 40_000)))
  expect(nodes.filter(({ isRunning }) => !isRunning).map(({ label }) => label)).toEqual([])
}

interface Listed {
  label: string
  evidence: { kind: string; nodeId: string; window: number }[]
  incidents: { code: string; peer: string; count: number }[]
}

/** What `montana evidence list` says of the honest nodes. */
async function evidenceList({ dir }: NetworkFiles): Promise<Listed[]> {
  const { nodes } = JSON.parse((await montana(['evidence', 'list', '--data-dir', dir, '--json'])).stdout)
  return (nodes as Listed[]).filter(({ label }) => label !== LIAR)
}

async function allKeep(files: NetworkFiles, ...kinds: string[]): Promise<void> {
  const keepsAll = ({ evidence }: Listed) => kinds.every((kind) => evidence.some((one) => one.kind === kind))
  await until(async () => (await evidenceList(files)).every(keepsAll), 15_000, `everybody keeps ${kinds}`)
}

/** Counted at once; written for `evidence list` every few seconds. */
async function counts(node: MemberProcess, ...codes: string[]): Promise<void> {
  for (const code of codes) {
    const counted = async () => (await node.metric('montana_incidents_total', `code="${code}"`)) > 0
    await until(counted, 15_000, `${node.label} counts ${code}`)
  }
}

describe('one member of four that lies', () => {
  // What a flood costs the test command asks in flood.test.ts.
  longIt(
    'floods with large envelopes: memory stays bounded, and the others go on',
    async () => {
      const { files, nodes } = await startNetwork()
      const liar = await joinLiar(files)
      const memory = async () => await Promise.all(nodes.map(async (node) => (await node.status()).res.rss ?? 0))
      const before = await memory()
      // A true header of a window that is cemented, and as many statements as fit that nobody has signed.
      const header = await liar.headerOfNextWindow(fill(1), { window: 1 })
      const { scope } = await liar.confirmation(1, fill(1))
      for (const end = performance.now() + FLOOD_MS; performance.now() < end; ) {
        const junk = Array.from({ length: 250 }, () => decodeConfirmation(concatBytes(scope, noise(SIGNATURE_BYTES))))
        const envelope = encodeEnvelope({ header, confirmers: junk, evidence: [], control: [] })
        liar.mesh.broadcast(BASE_TYPE.proposal, 1n, envelope)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await everybodyGoesOn(nodes)
      const grown = (await memory()).map((bytes, index) => bytes - (before[index] ?? 0))
      expect(Math.max(...grown)).toBeLessThan(MEMORY_GROWTH_BYTES)
    },
    90_000,
  )

  it('contradicts itself: everybody keeps one pair of each kind, whatever it adds, and goes on', async () => {
    const { files, nodes } = await startNetwork()
    const liar = await joinLiar(files)
    const window = liar.head + 1
    for (const value of [1, 2]) {
      liar.mesh.extBroadcast(EXT_TYPE.cementVote, await liar.vote(window, 1, PREVOTE, fill(value)))
      const { bytes } = await liar.confirmation(window, fill(value))
      liar.mesh.broadcast(BASE_TYPE.bundledConfirmation, BigInt(window), bytes)
    }
    await allKeep(files, 'confirmation', 'vote')
    await liar.nextWindow()
    for (const root of [3, 4]) {
      const header = await liar.headerOfNextWindow(fill(root))
      liar.mesh.extBroadcast(EXT_TYPE.draft, encodeEnvelope({ header, confirmers: [], evidence: [], control: [] }))
    }
    await allKeep(files, 'confirmation', 'header', 'vote')
    // True pairs without end: more of a window that is proven, and of one that nobody is at.
    for (const [ofWindow, value] of [
      [window, 5],
      [1_000_000, 6],
    ] as const) {
      const [a, b] = [
        await liar.vote(ofWindow, 1, PREVOTE, fill(value)),
        await liar.vote(ofWindow, 1, PREVOTE, fill(value + 10)),
      ]
      await liar.mesh.extRequest(
        liar.peerIdOf('moscow'),
        EXT_TYPE.evidence,
        encodeEvidence({ kind: EVIDENCE_KIND.vote, a, b }),
      )
    }
    await everybodyGoesOn(nodes)
    for (const { evidence } of await evidenceList(files)) {
      expect(evidence.map(({ kind }) => kind).sort()).toEqual(['confirmation', 'header', 'vote'])
      expect(new Set(evidence.map(({ nodeId }) => nodeId))).toEqual(new Set([toHex(liar.self.identity.nodeId)]))
    }
    for (const node of nodes) {
      const codes = new Set((await node.status()).findings.map(({ code }) => code))
      expect([...codes].sort()).toEqual(['ConflictingConfirmation', 'EquivocatingProposer', 'EquivocatingVoter'])
      expect(await node.metric('montana_findings_total')).toBeGreaterThanOrEqual(3)
    }
  }, 90_000)

  it('says what is not true: it is refused with a code, counted and scored', async () => {
    const { files, nodes, node } = await startNetwork()
    const liar = await joinLiar(files, (type) => (type === EXT_TYPE.candidateProof ? noise(100) : undefined))
    const at = (label: string) => liar.peerIdOf(label)
    await liar.nextWindow()
    const vote = await liar.vote(liar.head + 1, 1, PREVOTE, fill(9))
    liar.mesh.extSend(at('moscow'), EXT_TYPE.evidence, encodeEvidence({ kind: EVIDENCE_KIND.vote, a: vote, b: vote }))
    const window = liar.head + 1
    const scope = proposeScope({ window, round: 1, validRound: 0, value: fill(5), proposalHash: fill(6) })
    const propose = concatBytes(scope, await liar.sign(proposeMessage(fill(0), scope)))
    liar.mesh.extSend(at('moscow'), EXT_TYPE.propose, propose)
    const header = await liar.headerOfNextWindow(fill(7), { proposerNodeId: node('moscow').member.identity.nodeId })
    const forged = encodeEnvelope({ header, confirmers: [], evidence: [], control: [] })
    liar.mesh.send(at('moscow'), BASE_TYPE.proposal, BigInt(window), forged)
    for (const [type, length] of GARBAGE) {
      await liar.mesh.extRequest(at('frankfurt'), type, noise(length)).catch(() => {})
    }
    liar.mesh.send(at('helsinki'), BASE_TYPE.nodeRegistration, 0n, await falseWork(liar))

    await counts(node('moscow'), 'NoEvidence', 'InvalidPropose', 'InvalidSignature')
    await counts(node('frankfurt'), 'MalformedMessage')
    expect(await node('moscow').metric('montana_peer_score', `peer="${LIAR}"`)).toBeGreaterThan(40)
    await everybodyGoesOn(nodes)
    const codes = async () => {
      const listed = (await evidenceList(files)).find(({ label }) => label === 'moscow')?.incidents ?? []
      return listed.filter(({ peer }) => peer === liar.mesh.peerId).map(({ code }) => code)
    }
    const wanted = ['NoEvidence', 'InvalidPropose', 'InvalidSignature']
    const isListed = async () => {
      const found = await codes()
      return wanted.every((code) => found.includes(code))
    }
    await until(isListed, 15_000, 'they are listed')
    for (const one of nodes) {
      expect(await one.metric('montana_candidates')).toBe(0)
      expect(await one.metric('montana_findings_total')).toBe(0)
    }
  }, 90_000)

  it('spoils drafts: one with false lists costs the true one nothing, wrong roots are refused', async () => {
    const { files, nodes, node } = await startNetwork()
    const liar = await joinLiar(files)
    // A slot of its own comes with having confirmed the window before.
    await liar.confirmNext(3)
    await liar.nextWindow()
    node('helsinki').signal('SIGSTOP')
    await liar.confirmNext(2)
    await until(
      async () => (await node('moscow').status()).vote.waits_for.join() === 'helsinki',
      10_000,
      'it says whom',
    )
    const draft = await liar.draftInSlot()
    const header = await liar.header(draft.header)
    const [good, spoilt] = [encodeEnvelope({ ...draft, header }), encodeEnvelope({ ...draft, header, confirmers: [] })]
    const moscow = liar.peerIdOf('moscow')
    await liar.mesh.extRequest(moscow, EXT_TYPE.draft, spoilt)
    await counts(node('moscow'), 'MissingConfirmer')
    await liar.mesh.extRequest(moscow, EXT_TYPE.draft, good)
    const request = encodeObjectRequest({ kind: OBJECT_KIND.draft, hash: proposalHash(headerOf(good).scope) })
    const kept = async () => toHex(await liar.mesh.extRequest(moscow, EXT_TYPE.object, request))
    await until(async () => (await kept()) === toHex(good), 5_000, 'the true draft is kept')

    // Two places are a proposer's at one node, and both are taken at this one.
    const frankfurt = liar.peerIdOf('frankfurt')
    await liar.mesh.extRequest(frankfurt, EXT_TYPE.draft, await liar.sealed(draft, { stateRoot: fill(1) }))
    await counts(node('frankfurt'), 'StateRootMismatch')
    // What was refused is not looked at again.
    const again = encodeEnvelope({ ...draft, header: await liar.header({ ...draft.header, fallbackDepth: 9 }) })
    const send = () => liar.mesh.send(frankfurt, BASE_TYPE.proposal, BigInt(liar.head + 1), again)
    send()
    await counts(node('frankfurt'), 'NonCanonicalProposer')
    for (let i = 0; i < 3; i++) send()
    const labels = ['kind="envelope"', 'outcome="duplicate"']
    const duplicates = () => node('frankfurt').metric('montana_ledger_messages_total', ...labels)
    await until(async () => (await duplicates()) >= 3, 5_000, 'the same bytes are duplicates')
    node('helsinki').signal('SIGCONT')
    await everybodyGoesOn(nodes)
  }, 90_000)

  it('gives proofs with a wrong segment: a member with a slow clock refuses them and confirms with those of others', async () => {
    const { files, nodes, node } = await startNetwork({ slow: 'helsinki' })
    let liar: HostileMember | undefined
    const answer = (type: number, payload: Uint8Array) => {
      return type === EXT_TYPE.timechainProof ? liar?.falseProof(payload) : undefined
    }
    liar = await joinLiar(files, answer)
    await counts(node('helsinki'), 'ProofInvalid')
    expect(await node('helsinki').metric('montana_peer_score', `peer="${LIAR}"`)).toBeGreaterThan(0)
    await everybodyGoesOn(nodes)
    const { clock, findings } = await node('helsinki').status()
    expect(clock.source).toBe('proof')
    expect(findings).toEqual([])
  }, 90_000)
})

/** A registration that its own key signs and whose work nobody has done. */
async function falseWork(liar: HostileMember): Promise<Uint8Array> {
  const { publicKeys, accountId } = liar.self.identity
  const scope = registrationScope({
    suiteId: SUITE_ML_DSA_65,
    nodePublicKey: publicKeys.node,
    operatorAccountId: accountId,
    proofEndpoint: fill(1),
    wStart: 1n,
    vdfChainLength: 6n,
  })
  expect(scope.length + SIGNATURE_BYTES).toBe(REGISTRATION_BYTES)
  return concatBytes(scope, await liar.sign(scope))
}

const FLOOD_MS = 3_000
/** Inbound bytes of one peer are bounded by 16 MiB; garbage that is not collected yet comes on top. */
const MEMORY_GROWTH_BYTES = 120 * 2 ** 20

/** Every request of the extension protocol at a length that its limit lets through. */
const GARBAGE: readonly (readonly [number, number])[] = [
  [EXT_TYPE.timechainProof, 12],
  [EXT_TYPE.envelopeRange, 14],
  [EXT_TYPE.draft, 5_000],
  [EXT_TYPE.propose, 3_385],
  [EXT_TYPE.cementVote, 3_384],
  [EXT_TYPE.certificate, 14],
  [EXT_TYPE.candidateProof, 32],
  [EXT_TYPE.object, 33],
  [EXT_TYPE.voteSet, 10],
  [EXT_TYPE.evidence, 7_000],
]
