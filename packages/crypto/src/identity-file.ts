import { ByteReader, ByteWriter } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import {
  MASTER_SEED_BYTES,
  MLDSA_PUBLIC_KEY_BYTES,
  MLDSA_SECRET_KEY_BYTES,
  MLKEM_PUBLIC_KEY_BYTES,
  MLKEM_SECRET_KEY_BYTES,
  SUITE_MLDSA65,
} from './constants.js'
import { checkLength, IdentityError } from './errors.js'

/** "montana1" in ASCII. */
export const IDENTITY_MAGIC = Uint8Array.of(0x6d, 0x6f, 0x6e, 0x74, 0x61, 0x6e, 0x61, 0x31)
export const IDENTITY_V1_BYTES = 15_627
export const IDENTITY_V2_BYTES = 15_595
const ED25519_SEED_BYTES = 32
const VERSION_AT = IDENTITY_MAGIC.length

/** The three key pairs in their raw FIPS forms. */
export interface IdentityKeys {
  readonly accountPublicKey: Uint8Array
  readonly accountSecretKey: Uint8Array
  readonly nodePublicKey: Uint8Array
  readonly nodeSecretKey: Uint8Array
  readonly kemPublicKey: Uint8Array
  readonly kemSecretKey: Uint8Array
}

export interface IdentityFileV1 {
  readonly version: 1
  readonly suite: number
  /** 64 bytes: everything else follows from it. */
  readonly masterSeed: Uint8Array
  readonly keys: IdentityKeys
}

/** An older form without a master seed: can be read, not used by a node. */
export interface IdentityFileV2 {
  readonly version: 2
  readonly suite: number
  readonly keys: IdentityKeys
  /** 32 bytes. */
  readonly ed25519Seed: Uint8Array
}

export type IdentityFile = IdentityFileV1 | IdentityFileV2

const KEY_LAYOUT = [
  ['accountPublicKey', MLDSA_PUBLIC_KEY_BYTES],
  ['accountSecretKey', MLDSA_SECRET_KEY_BYTES],
  ['nodePublicKey', MLDSA_PUBLIC_KEY_BYTES],
  ['nodeSecretKey', MLDSA_SECRET_KEY_BYTES],
  ['kemPublicKey', MLKEM_PUBLIC_KEY_BYTES],
  ['kemSecretKey', MLKEM_SECRET_KEY_BYTES],
] as const

/** The bytes of `identity.bin`: 15 627 (version 1) or 15 595 (version 2). Spec protocol 16.2. */
export function encodeIdentityFile(file: IdentityFile): Uint8Array {
  const writer = new ByteWriter(file.version === 1 ? IDENTITY_V1_BYTES : IDENTITY_V2_BYTES)
  writer.bytes(IDENTITY_MAGIC).u8(file.version).u16(file.suite)
  if (file.version === 1) writer.bytes(file.masterSeed, MASTER_SEED_BYTES)
  for (const [name, length] of KEY_LAYOUT) {
    checkLength(name, file.keys[name], length)
    writer.bytes(file.keys[name])
  }
  if (file.version === 2) writer.bytes(file.ed25519Seed, ED25519_SEED_BYTES)
  return writer.finish()
}

/** Reads the layout; whether the keys belong together is checked by `openIdentity`. Throws {@link IdentityError}. */
export function parseIdentityFile(bytes: Uint8Array): IdentityFile {
  const version = checkHead(bytes)
  const reader = new ByteReader(bytes, VERSION_AT + 1)
  const suite = reader.u16()
  if (suite !== SUITE_MLDSA65) throw new IdentityError('suite', `is ${suite}, expected ${SUITE_MLDSA65}`, { suite })
  const copy = (length: number) => reader.bytes(length).slice()
  if (version === 1) return { version, suite, masterSeed: copy(MASTER_SEED_BYTES), keys: readKeys(copy) }
  return { version, suite, keys: readKeys(copy), ed25519Seed: copy(ED25519_SEED_BYTES) }
}

function readKeys(copy: (length: number) => Uint8Array): IdentityKeys {
  const entries = KEY_LAYOUT.map(([name, length]) => [name, copy(length)] as const)
  return Object.fromEntries(entries) as unknown as IdentityKeys
}

/** Magic, version and the length that the version asks for. */
function checkHead(bytes: Uint8Array): 1 | 2 {
  if (!bytesEqual(bytes.subarray(0, VERSION_AT), IDENTITY_MAGIC)) {
    throw new IdentityError('magic', 'is not "montana1": this is not an identity file')
  }
  const version = bytes[VERSION_AT]
  if (version !== 1 && version !== 2) {
    throw new IdentityError('version', `is ${version ?? 'missing'}, expected 1 or 2`, { version })
  }
  const expected = version === 1 ? IDENTITY_V1_BYTES : IDENTITY_V2_BYTES
  if (bytes.length === expected) return version
  throw new IdentityError('length', `is ${bytes.length} bytes, expected ${expected}`, {
    expected,
    actual: bytes.length,
  })
}
