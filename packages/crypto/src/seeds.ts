import { ascii } from '@montana/codec'
import {
  ENTROPY_BYTES,
  MASTER_SEED_BYTES,
  MASTER_SEED_ITERATIONS,
  MASTER_SEED_SALT,
  MLDSA_SEED_BYTES,
  MLKEM_SEED_BYTES,
} from './constants.js'
import { checkLength } from './errors.js'
import { hkdfExpand, pbkdf2Sha256 } from './kdf.js'

/** The keys one master seed gives: spec protocol 2. */
export interface RoleSeeds {
  /** ξ of the account key, 32 bytes. */
  readonly account: Uint8Array
  /** ξ of the node key, 32 bytes. */
  readonly node: Uint8Array
  /** d ‖ z of the application's ML-KEM key, 64 bytes. */
  readonly kem: Uint8Array
  /** Ed25519 seed of older transports, 32 bytes; not used here. */
  readonly transport: Uint8Array
}

const ED25519_SEED_BYTES = 32

/** 32 bytes of entropy → 64 bytes; about half a second, off the event loop. */
export async function deriveMasterSeed(entropy: Uint8Array): Promise<Uint8Array> {
  checkLength('entropy', entropy, ENTROPY_BYTES)
  return await pbkdf2Sha256(entropy, ascii(MASTER_SEED_SALT), MASTER_SEED_ITERATIONS, MASTER_SEED_BYTES)
}

/** HKDF-Expand with all 64 bytes of the master seed as key and the role's name as info. */
export function deriveRoleSeed(masterSeed: Uint8Array, role: string, length: number): Uint8Array {
  checkLength('masterSeed', masterSeed, MASTER_SEED_BYTES)
  return hkdfExpand(masterSeed, ascii(role), length)
}

export function deriveRoleSeeds(masterSeed: Uint8Array): RoleSeeds {
  return {
    account: deriveRoleSeed(masterSeed, 'mt-account-key', MLDSA_SEED_BYTES),
    node: deriveRoleSeed(masterSeed, 'mt-node-key', MLDSA_SEED_BYTES),
    kem: deriveRoleSeed(masterSeed, 'mt-app-encryption-key', MLKEM_SEED_BYTES),
    transport: deriveRoleSeed(masterSeed, 'mt-libp2p-transport-key', ED25519_SEED_BYTES),
  }
}
