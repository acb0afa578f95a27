import { concatBytes } from '@montana/foundation'
import { STATE_RECORD_BYTES } from '@montana/network'
import { bytesOf, SIGNATURE } from './ledger.js'

export const WINDOW = 7
export const RANGE = { fromWindow: WINDOW, count: 64, maxBytes: 1_048_576 }
export const TABLE = 2
export const RECORD = bytesOf(STATE_RECORD_BYTES[TABLE], 1)
export const LOWEST = new Uint8Array(32)
export const HIGHEST = new Uint8Array(32).fill(0xff)

/** A certificate's length and window; nothing at this layer looks further. */
export const CERTIFICATE = concatBytes(
  Uint8Array.of(WINDOW, 0, 0, 0, 0, 0, 0, 0),
  bytesOf(68, 1),
  bytesOf(32, 2),
  SIGNATURE,
)

export const STATUS = {
  genesisHash: bytesOf(32, 1),
  window: WINDOW,
  headerHash: bytesOf(32, 2),
  stateRoot: bytesOf(32, 3),
  oldestWindow: 1,
  snapshotWindow: 5,
  role: 3,
  security: 3,
  flags: 6,
  build: 'montana/0.1.0+abc',
}

export const SNAPSHOT_HEADER = Buffer.alloc(3722)
SNAPSHOT_HEADER.writeBigUInt64LE(BigInt(WINDOW), 32)
