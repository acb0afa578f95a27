import { CodecError } from '@montana/codec'
import {
  type CementCertificate,
  type ConsensusContext,
  contextHash,
  decodeCertificate,
  decodeContext,
  decodeEnvelope,
  type Envelope,
  HEADER_BYTES,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { composeStateRoot } from '@montana/ledger'
import type { SnapshotManifest } from '@montana/network'
import { SyncError, type SyncErrorCode } from '../errors.js'

/** What a peer sends about one window, before anything of it is believed. */
export interface AnchorBytes {
  readonly manifest: SnapshotManifest
  /** The cemented envelope. */
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array
}

/** The parts of an anchor, decoded, and in agreement with each other. Not trusted yet. */
export interface Anchor extends AnchorBytes {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  readonly decoded: {
    readonly envelope: Envelope
    readonly certificate: CementCertificate
    readonly context: ConsensusContext
  }
}

/** Spec protocol 15.3, step 2, without the trust in it. Throws {@link SyncError} `ANCHOR_…`. */
export function decodeAnchor(bytes: AnchorBytes): Anchor {
  const { manifest } = bytes
  const envelope = decoded('envelope', () => decodeEnvelope(bytes.envelope))
  const certificate = decoded('certificate', () => decodeCertificate(bytes.certificate))
  const context = decoded('context', () => decodeContext(manifest.context))
  const hashes = { proposalHash: proposalHash(envelope.header.scope), contextHash: contextHash(manifest.context) }
  const anchor = { ...bytes, window: manifest.window, ...hashes, decoded: { envelope, certificate, context } }
  checkHeader(anchor)
  checkContext(anchor)
  checkCertificate(anchor)
  return anchor
}

function decoded<T>(field: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new SyncError('ANCHOR_MALFORMED', `the ${field} of the snapshot cannot be decoded`, { field, cause: error })
  }
}

function require(condition: boolean, code: SyncErrorCode, field: string, message: string): void {
  if (!condition) throw new SyncError(code, message, { field })
}

function checkHeader({ manifest, window, decoded: { envelope } }: Anchor): void {
  const { header } = envelope
  const isSame = bytesEqual(envelope.bytes.subarray(0, HEADER_BYTES), manifest.header)
  require(isSame, 'ANCHOR_HEADER', 'header', 'the manifest and the cemented envelope have different headers')
  require(header.window ===
    window, 'ANCHOR_HEADER', 'window', `the header is of window ${header.window}, not ${window}`)
  const root = composeStateRoot(header.nodeRoot, header.candidateRoot, header.accountRoot)
  require(bytesEqual(
    root,
    header.stateRoot,
  ), 'ANCHOR_STATE_ROOT', 'stateRoot', 'the state root is not that of its tables')
}

function checkContext({ window, proposalHash: hash, decoded: { envelope, context } }: Anchor): void {
  const { header } = envelope
  const agrees =
    context.window === window &&
    bytesEqual(context.proposalHash, hash) &&
    bytesEqual(context.timechainValue, header.timechainValue) &&
    context.target === header.target
  require(agrees, 'ANCHOR_CONTEXT', 'context', 'the context is not that of the header')
}

function checkCertificate(anchor: Anchor): void {
  const { certificate } = anchor.decoded
  const agrees = certificate.window === anchor.window && bytesEqual(certificate.proposalHash, anchor.proposalHash)
  require(agrees, 'ANCHOR_CERTIFICATE', 'certificate', 'the certificate is of another proposal')
  const isOfContext = bytesEqual(certificate.contextHash, anchor.contextHash)
  require(isOfContext, 'ANCHOR_CONTEXT', 'context', 'the certificate speaks of another context')
}
