import { type CementVote, type Confirmation, type Header, voteMessage, votesOfCertificate } from '@montana/consensus'
import type { SignatureVerifier } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import type { CementingRule, NodeRecord, Table } from '@montana/ledger'
import { SyncError } from '../errors.js'
import type { Anchor } from './anchor.js'

/** A node table that is believed: the genesis cohort, the own last one, or at last the proven one. */
export type NodeTable = Pick<Table<NodeRecord>, 'get' | 'entries'>

export interface TrustModules {
  readonly verify: SignatureVerifier
  /** 32 bytes; a vote of another network is none here. */
  readonly genesisHash: Uint8Array
  readonly cementing: CementingRule
  /** Windows of an epoch, τ₂. */
  readonly tau2: number
  readonly quorum: { readonly numerator: number; readonly denominator: number }
}

interface Signed {
  readonly nodeId: Uint8Array
  readonly scope: Uint8Array
  readonly signature: Uint8Array
}

/** The only round of an `evidence` network: spec protocol 11.3. */
const ATTESTATION_ROUND = 0

/** A member for window `window`: spec protocol 6.1. */
export function memberIn(nodes: NodeTable, nodeId: Uint8Array, window: number): NodeRecord | undefined {
  const record = nodes.get(nodeId)
  return record && record.startWindow < window ? record : undefined
}

/**
 * Members of `nodes` among the signers of the evidence in envelope A, each with a valid signature over T_r(A). Strangers
 * are left out. Throws `ANCHOR_EVIDENCE` or `ANCHOR_SIGNATURE` for what no honest peer stores.
 */
export async function evidenceSigners(anchor: Anchor, nodes: NodeTable, modules: TrustModules): Promise<NodeRecord[]> {
  const { header, evidence } = { ...anchor.decoded.envelope }
  checkEvidence(header, evidence)
  return await validMembers(anchor, evidence, nodes, modules, (part) => part.scope)
}

/** The same for the precommits of the certificate of A. */
export async function certificateSigners(
  anchor: Anchor,
  nodes: NodeTable,
  modules: TrustModules,
): Promise<NodeRecord[]> {
  const { certificate } = anchor.decoded
  if ((certificate.round === ATTESTATION_ROUND) !== (modules.cementing === 'evidence')) {
    throw new SyncError('ANCHOR_CERTIFICATE', `the certificate is of round ${certificate.round}`, { field: 'round' })
  }
  const message = ({ scope }: Signed) => voteMessage(modules.genesisHash, scope)
  return await validMembers(anchor, votesOfCertificate(certificate), nodes, modules, message)
}

export async function isHeaderSigned(anchor: Anchor, proposer: NodeRecord, modules: TrustModules): Promise<boolean> {
  const { header } = anchor.decoded.envelope
  return await modules.verify(header.signature, header.scope, proposer.nodePublicKey)
}

async function validMembers(
  { window }: Anchor,
  list: readonly (Confirmation | CementVote)[],
  nodes: NodeTable,
  { verify }: TrustModules,
  messageOf: (part: Signed) => Uint8Array,
): Promise<NodeRecord[]> {
  const known = list.flatMap((part) => {
    const member = memberIn(nodes, part.nodeId, window)
    return member ? [{ part, member }] : []
  })
  const verdicts = await Promise.all(
    known.map(({ part, member }) => verify(part.signature, messageOf(part), member.nodePublicKey)),
  )
  const bad = known[verdicts.indexOf(false)]
  if (!bad) return known.map(({ member }) => member)
  const node = toHex(bad.part.nodeId).slice(0, 16)
  throw new SyncError('ANCHOR_SIGNATURE', `the signature of node ${node} is not valid`, { field: 'signature' })
}

/** List 2 is under no root, so its order is checked here: a signer listed twice would count twice. */
export function checkEvidence(header: Header, evidence: readonly Confirmation[]): void {
  const isInOrder = evidence.every(({ nodeId }, index) => {
    const before = evidence[index - 1]
    return before === undefined || Buffer.compare(before.nodeId, nodeId) < 0
  })
  const isOfWindow = evidence.every(({ window, endpoint }) => {
    return window === header.window && Buffer.compare(endpoint, header.timechainValue) === 0
  })
  if (isInOrder && isOfWindow) return
  throw new SyncError('ANCHOR_EVIDENCE', 'the evidence of the envelope is not of its window', { field: 'evidence' })
}
