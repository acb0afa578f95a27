import { bytesEqual, toHex } from '@montana/foundation'
import { activeChainLength, type NodeRecord, quorum, weightOf } from '@montana/ledger'
import { SyncError, type SyncErrorCode } from '../errors.js'
import type { Anchor } from './anchor.js'
import { proveEnvelope } from './envelope.js'
import {
  certificateSigners,
  evidenceSigners,
  isHeaderSigned,
  memberIn,
  type NodeTable,
  type TrustModules,
} from './signatures.js'

/** A window whose proposal hash the operator vouches for. */
export interface Pin {
  readonly window: number
  /** Proposal hash, 32 bytes. */
  readonly hash: Uint8Array
}

/** V, and the node table after it. */
export interface KnownTable {
  readonly window: number
  readonly nodes: NodeTable
}

/** Why a header is believed. */
export type Trust =
  | { readonly root: 'pin' }
  | {
      readonly root: 'table'
      /** V. */
      readonly window: number
      /** A − V > 2τ₂: whoever was a member at V may be nobody today. */
      readonly isOld: boolean
    }

/**
 * T1, else T2 with the first of the known tables that suffices: spec protocol 15.2. Throws {@link SyncError}: the refusal
 * of the latest table where several were tried.
 */
export async function trustAnchor(
  anchor: Anchor,
  { pin, known }: { pin: Pin | undefined; known: readonly KnownTable[] },
  modules: TrustModules,
): Promise<Trust> {
  if (pin && pin.window === anchor.window) return checkPin(anchor, pin)
  const tables = known.filter(({ nodes }) => totalWeight(nodes) > 0)
  if (tables.length === 0) throw emptyCohort(anchor, pin)
  let refusal: unknown
  for (const table of tables) {
    try {
      return await checkTable(anchor, table, modules)
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

function checkPin(anchor: Anchor, pin: Pin): Trust {
  if (bytesEqual(anchor.proposalHash, pin.hash)) return { root: 'pin' }
  const [found, wanted] = [toHex(anchor.proposalHash), toHex(pin.hash)]
  throw new SyncError(
    'PIN_MISMATCH',
    `window ${pin.window} has proposal hash ${found}, the checkpoint says ${wanted}`,
    {
      field: 'checkpoint',
      remedy: 'compare the checkpoint with somebody you trust; if it is right, these peers are not of your network',
    },
  )
}

/** T2. The header's signature is left to {@link trustTables} where the table does not know its proposer. */
async function checkTable(anchor: Anchor, known: KnownTable, modules: TrustModules): Promise<Trust> {
  if (known.window > anchor.window) throw newerTable(anchor, known)
  const needed = quorum(totalWeight(known.nodes), modules.quorum.numerator, modules.quorum.denominator)
  const evidence = await evidenceSigners(anchor, known.nodes, modules)
  requireWeight('TRUST_EVIDENCE_WEIGHT', 'evidence', evidence, needed, known)
  const certificate = await certificateSigners(anchor, known.nodes, modules)
  requireWeight('TRUST_CERTIFICATE_WEIGHT', 'certificate', certificate, needed, known)
  const proposer = memberIn(known.nodes, anchor.decoded.envelope.header.proposerNodeId, anchor.window)
  if (proposer) await requireHeaderSignature(anchor, proposer, modules)
  return { root: 'table', window: known.window, isOld: anchor.window - known.window > 2 * modules.tau2 }
}

/**
 * T3, with the proven node table after A, and the header's signature where T1 or T2 left it open: spec protocol 15.2,
 * 15.3 step 5. Throws {@link SyncError}.
 */
export async function trustTables(anchor: Anchor, nodes: NodeTable, modules: TrustModules): Promise<void> {
  const { header } = anchor.decoded.envelope
  const proposer = memberIn(nodes, header.proposerNodeId, anchor.window)
  if (!proposer) throw unknownMember('TRUST_PROPOSER_UNKNOWN', 'the proposer of the header', header.proposerNodeId)
  await requireHeaderSignature(anchor, proposer, modules)
  await requireMajority(anchor, nodes, modules)
  await proveEnvelope(anchor, nodes, modules)
}

async function requireMajority(anchor: Anchor, nodes: NodeTable, modules: TrustModules): Promise<void> {
  const stranger = anchor.decoded.certificate.signers.find(({ nodeId }) => !memberIn(nodes, nodeId, anchor.window))
  if (stranger) throw unknownMember('TRUST_SIGNER_UNKNOWN', 'a signer of the certificate', stranger.nodeId)
  const signers = await certificateSigners(anchor, nodes, modules)
  const weight = signers.reduce((sum, node) => sum + weightOf(node, anchor.window, modules.tau2), 0)
  const active = activeChainLength(nodes.entries(), anchor.window, modules.tau2)
  if (2 * weight > active) return
  throw new SyncError('TRUST_MAJORITY', `the certificate weighs ${weight} of ${active} active in the proven tables`, {
    field: 'certificate',
    remedy: 'use another snapshot or a pinned checkpoint',
  })
}

async function requireHeaderSignature(anchor: Anchor, proposer: NodeRecord, modules: TrustModules): Promise<void> {
  if (await isHeaderSigned(anchor, proposer, modules)) return
  throw new SyncError('ANCHOR_SIGNATURE', 'the header is not signed by its proposer', { field: 'header' })
}

function requireWeight(
  code: SyncErrorCode,
  field: string,
  signers: readonly NodeRecord[],
  needed: number,
  known: KnownTable,
): void {
  const weight = signers.reduce((sum, { chainLength }) => sum + chainLength, 0)
  if (weight >= needed) return
  const table = known.window === 0 ? 'the genesis cohort' : `the members of window ${known.window}`
  throw new SyncError(code, `in the ${field} of the anchor ${table} weigh ${weight}, a quorum of them is ${needed}`, {
    field,
    remedy: 'use another snapshot, catch up by range, or pin a window with --checkpoint',
    metadata: { weight, needed, knownWindow: known.window },
  })
}

/** Σ chain_length over the whole table, active or not. */
function totalWeight(nodes: NodeTable): number {
  let total = 0
  for (const { chainLength } of nodes.entries()) total += chainLength
  return total
}

function emptyCohort({ window }: Anchor, pin: Pin | undefined): SyncError {
  const which = pin ? `window ${window} is not the pinned window ${pin.window}, and ` : ''
  return new SyncError('TRUST_EMPTY_COHORT', `${which}no node table is known from which a snapshot could be trusted`, {
    field: 'checkpoint',
    remedy: 'pin a window whose snapshot is served with --checkpoint, or catch up by range from the genesis',
  })
}

function newerTable(anchor: Anchor, known: KnownTable): SyncError {
  const message = `the anchor is window ${anchor.window}, the own tables are of window ${known.window}`
  return new SyncError('TRUST_TABLE_NEWER', message, { field: 'window', remedy: 'catch up by range' })
}

function unknownMember(code: SyncErrorCode, who: string, nodeId: Uint8Array): SyncError {
  const node = toHex(nodeId).slice(0, 16)
  return new SyncError(code, `${who}, node ${node}, is no member in the proven tables`, { field: 'nodeId' })
}
