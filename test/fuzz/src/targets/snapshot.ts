import { sha256 } from '@montana/codec'
import { ConfigError } from '@montana/foundation'
import { decodeRangeChunk } from '@montana/network'
import { readSnapshotInfo } from '@montana/node'
import { SyncError } from '@montana/sync'
import { SnapshotFileError } from '../../../../packages/node/dist/snapshot-file/errors.js'
import { decoded } from '../../../../packages/node/dist/snapshot-file/head.js'
import type { SectionReader } from '../../../../packages/node/dist/snapshot-file/section-reader.js'
import { withReader } from '../../../../packages/node/dist/snapshot-file/verify.js'
import { snapshotFile } from '../samples/anchor.js'
import { inFile } from '../samples/files.js'
import { REFUSED, refusingAsync, targetOf } from './codec-target.js'
import type { Target } from './target.js'

const errors = [SnapshotFileError, SyncError, ConfigError]
const PREAMBLE_BYTES = 8
const TAG_BYTES = 12
const DIGEST_BYTES = 32
/** A section may announce a mebibyte before the reader sees that the file is shorter. */
const ALLOWS = { base: 4 * 1_048_576, perByte: 64 }

export function snapshotTargets(): readonly Target[] {
  return [
    target('store/snapshot-head', async (path) => await readSnapshotInfo(path)),
    target('store/snapshot-file', async (path) => await withReader(path, everySection)),
  ]
}

function target(name: string, read: (path: string) => Promise<unknown>): Target {
  const common = { name, seeds: async () => [await snapshotFile()], repair: checksummed, maxBytes: 48 * 1024 }
  return targetOf({ ...common, allocates: ALLOWS }, async (input) => {
    const path = inFile(`${name.replaceAll('/', '-')}`, input)
    return (await refusingAsync(errors, () => read(path))) === REFUSED ? 'refused' : 'accepted'
  })
}

/** As a proof reads them, without the trust. */
async function everySection(reader: SectionReader): Promise<void> {
  for (;;) {
    const { kind, payload } = await reader.next()
    if (kind === 'records') decoded('records', () => decodeRangeChunk(payload))
    if (kind === 'end') return
  }
}

/** Every digest made again, as far as the lengths hold; the last one covers all tags and digests before it. */
function checksummed(input: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(input)
  const covered: Uint8Array[] = [bytes.subarray(0, PREAMBLE_BYTES)]
  for (let at = PREAMBLE_BYTES; at + TAG_BYTES + DIGEST_BYTES <= bytes.length; ) {
    const tag = bytes.subarray(at, at + TAG_BYTES)
    const payload = bytes.subarray(at + TAG_BYTES + DIGEST_BYTES).subarray(0, tag.readUInt32LE(8))
    if (tag[0] === 6 && payload.length === 48) payload.set(sha256(...covered), 16)
    bytes.set(sha256(tag, payload), at + TAG_BYTES)
    covered.push(bytes.subarray(at, at + TAG_BYTES + DIGEST_BYTES))
    at += TAG_BYTES + DIGEST_BYTES + payload.length
  }
  return bytes
}
