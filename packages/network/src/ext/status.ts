import { ascii, ByteReader, ByteWriter, CodecError } from '@montana/codec'

const FIXED_BYTES = 125
const MAX_BUILD_BYTES = 64
const PRINTABLE = /^[\x20-\x7e]*$/

/** 0x80 and 0x81, one layout: spec transport 14.2. A claim, never more. */
export interface StatusMessage {
  /** 32 bytes. */
  readonly genesisHash: Uint8Array
  /** Last cemented window. */
  readonly window: number
  /** Proposal hash of that window, 32 bytes; zeros if there is none. */
  readonly headerHash: Uint8Array
  /** 32 bytes. */
  readonly stateRoot: Uint8Array
  /** Oldest window that EnvelopeRange serves. */
  readonly oldestWindow: number
  /** Newest snapshot served, 0 = none. */
  readonly snapshotWindow: number
  /** 0 observer, 1 candidate, 2 registered, 3 active, 4 bootstrap. */
  readonly role: number
  /** Bits: 0 pq offered, 1 hybrid offered, 2 hybrid required. */
  readonly security: number
  /** Bits: 0 syncing, 1 serves snapshots, 2 serves proofs, 3 shutting down. */
  readonly flags: number
  /** `name/version+revision`, printable ASCII, at most 64 characters. */
  readonly build: string
}

export const ROLE = { observer: 0, candidate: 1, registered: 2, active: 3, bootstrap: 4 } as const
export const SECURITY = { pqOffered: 1, hybridOffered: 2, hybridRequired: 4 } as const
export const STATUS_FLAG = { syncing: 1, servesSnapshots: 2, servesProofs: 4, shuttingDown: 8 } as const

const HIGHEST_ROLE = 4
const KNOWN_SECURITY = 0b111
const KNOWN_FLAGS = 0b1111

export function encodeStatus(status: StatusMessage): Uint8Array {
  if (!PRINTABLE.test(status.build) || status.build.length > MAX_BUILD_BYTES) {
    throw new RangeError(`build must be at most ${MAX_BUILD_BYTES} printable ASCII characters`)
  }
  return new ByteWriter(FIXED_BYTES + status.build.length)
    .bytes(status.genesisHash, 32)
    .u64(status.window)
    .bytes(status.headerHash, 32)
    .bytes(status.stateRoot, 32)
    .u64(status.oldestWindow)
    .u64(status.snapshotWindow)
    .u8(status.role)
    .u8(status.security & KNOWN_SECURITY)
    .u16(status.flags & KNOWN_FLAGS)
    .u8(status.build.length)
    .bytes(ascii(status.build))
    .finish()
}

/** Reserved bits are ignored; an unknown role, a build that is not printable or a trailing byte is malformed. */
export function decodeStatus(bytes: Uint8Array): StatusMessage {
  const reader = new ByteReader(bytes)
  const status = {
    genesisHash: reader.bytes(32).slice(),
    window: reader.u64AsNumber(),
    headerHash: reader.bytes(32).slice(),
    stateRoot: reader.bytes(32).slice(),
    oldestWindow: reader.u64AsNumber(),
    snapshotWindow: reader.u64AsNumber(),
    role: reader.u8(),
    security: reader.u8() & KNOWN_SECURITY,
    flags: reader.u16() & KNOWN_FLAGS,
    build: readBuild(reader),
  }
  if (status.role > HIGHEST_ROLE) throw new CodecError('BadValue', { role: status.role })
  return status
}

function readBuild(reader: ByteReader): string {
  const length = reader.u8()
  if (length > MAX_BUILD_BYTES) throw new CodecError('BadLength', { buildLength: length })
  const build = Buffer.from(reader.bytes(length)).toString('latin1')
  reader.end()
  if (!PRINTABLE.test(build)) throw new CodecError('BadValue', { field: 'build' })
  return build
}
