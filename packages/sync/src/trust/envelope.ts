import { type Confirmation, controlRoot, includedBundlesRoot } from '@montana/consensus'
import { bytesEqual, compareBytes, toHex } from '@montana/foundation'
import { SyncError, type SyncErrorCode } from '../errors.js'
import type { Anchor } from './anchor.js'
import { checkEvidence, memberIn, type NodeTable, type TrustModules } from './signatures.js'

/**
 * The rest of envelope A, under the proven node table: every confirmation is signed by a member, the lists are those that
 * header and context name. Whoever installs A hands its envelope on, and its peers refuse one with a single wrong byte.
 * Throws {@link SyncError}.
 */
export async function proveEnvelope(anchor: Anchor, nodes: NodeTable, modules: TrustModules): Promise<void> {
  const { envelope, context } = anchor.decoded
  const { header, confirmers, evidence, control } = envelope
  checkEvidence(header, evidence)
  const signers = evidence.map(({ nodeId }) => nodeId)
  require(isSame(
    signers,
    context.evidenceSigners,
  ), 'ANCHOR_EVIDENCE', 'evidence', 'the evidence is not that of the context')
  const isCredited = isAscending(confirmers) && confirmers.every(({ window }) => window === anchor.window - 1)
  const bundlesRoot = includedBundlesRoot(confirmers)
  const isOfHeader = isCredited && bytesEqual(bundlesRoot, header.includedBundlesRoot)
  require(isOfHeader, 'ANCHOR_ENVELOPE', 'confirmers', 'the confirmations of the window before are not those of the header')
  const isControlled = bytesEqual(controlRoot(control), header.controlRoot)
  require(isControlled, 'ANCHOR_ENVELOPE', 'control', 'the control objects are not those of the header')
  await checkSignatures([...confirmers, ...evidence], nodes, modules)
}

async function checkSignatures(
  list: readonly Confirmation[],
  nodes: NodeTable,
  { verify }: TrustModules,
): Promise<void> {
  const verdicts = await Promise.all(
    list.map(async ({ nodeId, window, signature, scope }) => {
      const member = memberIn(nodes, nodeId, window)
      return member !== undefined && (await verify(signature, scope, member.nodePublicKey))
    }),
  )
  const bad = list[verdicts.indexOf(false)]
  if (!bad) return
  const message = `the confirmation of window ${bad.window} by node ${toHex(bad.nodeId).slice(0, 16)} is not signed by a member`
  throw new SyncError('ANCHOR_SIGNATURE', message, { field: 'signature' })
}

function require(condition: boolean, code: SyncErrorCode, field: string, message: string): void {
  if (!condition) throw new SyncError(code, message, { field })
}

function isSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((one, index) => bytesEqual(one, b[index] ?? new Uint8Array()))
}

function isAscending(list: readonly Confirmation[]): boolean {
  return list.every(({ nodeId }, index) => {
    const before = list[index - 1]
    return before === undefined || compareBytes(before.nodeId, nodeId) < 0
  })
}
