import { CodecError } from '@montana/codec'
import { bytesEqual, ConfigError, MontanaError, toHex } from '@montana/foundation'
import { decodeGenesisDocument, encodeGenesisDocument, type GenesisDocument, genesisHash } from '@montana/ledger'
import { decodeSnapshotManifestResponse } from '@montana/network'
import { type Anchor, decodeAnchor } from '@montana/sync'
import { SnapshotFileError } from './errors.js'
import type { SectionName } from './format.js'
import type { SectionReader } from './section-reader.js'

/** The first four sections, decoded and in agreement with each other. Nothing of them is trusted yet. */
export interface SnapshotHead {
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  readonly anchor: Anchor
}

/** Throws {@link SnapshotFileError} that names the section, or SyncError `ANCHOR_…` for sections of different windows. */
export async function readHead(reader: SectionReader): Promise<SnapshotHead> {
  const document = await readSection(reader, 'genesis', decodeDocument)
  const manifest = await readSection(reader, 'manifest', (bytes) =>
    decodeSnapshotManifestResponse(bytes, { window: 0 }),
  )
  const envelope = await readSection(reader, 'envelope', (bytes) => bytes)
  const certificate = await readSection(reader, 'certificate', (bytes) => bytes)
  const anchor = decodeAnchor({ manifest, envelope, certificate })
  return { document, genesisHash: genesisHash(document), anchor }
}

/** The document that the operator named must be that of the file. Throws ConfigError `SNAPSHOT_NETWORK`. */
export function checkNetwork(head: SnapshotHead, wanted: GenesisDocument): void {
  const [ours, theirs] = [genesisHash(wanted), head.genesisHash]
  if (bytesEqual(ours, theirs)) return
  const message = `the snapshot is of network ${toHex(theirs)}, the genesis is of network ${toHex(ours)}`
  const remedy = 'name the genesis of the network that the snapshot was made in, or the snapshot of this network'
  throw new ConfigError(message, { code: 'SNAPSHOT_NETWORK', field: 'genesis', remedy })
}

async function readSection<T>(reader: SectionReader, name: SectionName, decode: (bytes: Uint8Array) => T): Promise<T> {
  const { payload } = await reader.next()
  return decoded(name, () => decode(payload))
}

/** Whatever a decoder says of bytes whose checksum is right is a defect of their section. */
export function decoded<T>(section: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    const isDefect = error instanceof CodecError || error instanceof MontanaError || error instanceof RangeError
    if (!isDefect || error instanceof SnapshotFileError) throw error
    throw new SnapshotFileError('SNAPSHOT_MALFORMED', section, error.message, error)
  }
}

function decodeDocument(bytes: Uint8Array): GenesisDocument {
  const document = decodeGenesisDocument(bytes)
  if (bytesEqual(encodeGenesisDocument(document), bytes)) return document
  throw new SnapshotFileError('SNAPSHOT_MALFORMED', 'genesis', 'the genesis document is not in its one form')
}
