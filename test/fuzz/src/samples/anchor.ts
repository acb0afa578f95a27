import { open, readFile } from 'node:fs/promises'
import {
  contextHash,
  encodeCertificate,
  encodeContext,
  encodeEnvelope,
  headerScope,
  proposalHash,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { composeStateRoot, encodeGenesisDocument, encodeNodeRecord } from '@montana/ledger'
import { encodeRangeChunkResponse, encodeSnapshotManifestResponse } from '@montana/network'
import { SectionWriter } from '../../../../packages/node/dist/snapshot-file/section-writer.js'
import { CONTEXT, HEADER } from './consensus.js'
import { inFile } from './files.js'
import { GENESIS } from './identity.js'
import { bytesOf, NODE, SIGNATURE } from './ledger.js'

/** Header, context and certificate of one window that belong together; nobody has signed them. */
export function anchorParts() {
  const { nodeRoot, candidateRoot, accountRoot, timechainValue, target, window } = HEADER
  const fields = { ...HEADER, stateRoot: composeStateRoot(nodeRoot, candidateRoot, accountRoot) }
  const scope = headerScope(fields)
  const header = concatBytes(scope, SIGNATURE)
  const context = encodeContext({ ...CONTEXT, window, proposalHash: proposalHash(scope), timechainValue, target })
  const votes = [{ nodeId: bytesOf(32, 1), signature: SIGNATURE }]
  const hashes = { proposalHash: proposalHash(scope), contextHash: contextHash(context) }
  const counts = { account: 3, node: 1, candidate: 0 }
  return {
    manifest: encodeSnapshotManifestResponse({ window, counts, depths: { ...counts, account: 0 }, header, context }),
    envelope: encodeEnvelope({ header, confirmers: [], evidence: [], control: [] }),
    certificate: encodeCertificate({ window, ...hashes, round: 1, votes }),
  }
}

/** A whole snapshot file: the four sections of its head, one of records, the end. */
export async function snapshotFile(): Promise<Uint8Array> {
  const path = inFile('made.snapshot', '')
  const { manifest, envelope, certificate } = anchorParts()
  const file = await open(path, 'w')
  const writer = await SectionWriter.begin(file)
  await writer.section('genesis', encodeGenesisDocument(GENESIS))
  await writer.section('manifest', manifest)
  await writer.section('envelope', envelope)
  await writer.section('certificate', certificate)
  await writer.section('records', records())
  await writer.end({ account: 0, node: 1, candidate: 0 })
  await file.close()
  return await readFile(path)
}

function records(): Uint8Array {
  const [lo, hi] = [new Uint8Array(32), new Uint8Array(32).fill(0xff)]
  const proof = Uint8Array.of(0, 0, 0, 0)
  return encodeRangeChunkResponse({
    table: 2,
    window: 7,
    lo,
    hi,
    recordCount: 1,
    records: encodeNodeRecord(NODE),
    proof,
  })
}
