import { bytesEqual } from '@montana/foundation'
import { SUITE_MLDSA65 } from './constants.js'
import { IdentityError } from './errors.js'
import { accountIdOf, addressOf, masterSeedFingerprint, nodeIdOf, peerIdOf } from './identifiers.js'
import { encodeIdentityFile, type IdentityFileV1, type IdentityKeys, parseIdentityFile } from './identity-file.js'
import { derivePublicKeys, expandKeys, findForeignSecret, type PublicKeys, type SecretKeys } from './key-derivation.js'
import { deriveMasterSeed, deriveRoleSeeds, type RoleSeeds } from './seeds.js'

/** What a node knows about itself: spec protocol 2. Holds secrets; never log it. */
export interface Identity {
  readonly suite: number
  /** 64 bytes. */
  readonly masterSeed: Uint8Array
  readonly seeds: RoleSeeds
  readonly publicKeys: PublicKeys
  /** 32 bytes. */
  readonly accountId: Uint8Array
  /** 32 bytes. */
  readonly nodeId: Uint8Array
  /** `mt…`, of the account. */
  readonly address: string
  /** `Qm…`, of the node. */
  readonly peerId: string
  /** 8 bytes that may be shown: raw(master_seed)[0..8]. */
  readonly fingerprint: Uint8Array
}

/** 32 bytes of entropy → identity; about half a second, off the event loop. */
export async function deriveIdentity(entropy: Uint8Array): Promise<Identity> {
  return await identityFromMasterSeed(await deriveMasterSeed(entropy))
}

/** 64 bytes → identity, in about two milliseconds. */
export async function identityFromMasterSeed(masterSeed: Uint8Array): Promise<Identity> {
  const seeds = deriveRoleSeeds(masterSeed)
  const publicKeys = await derivePublicKeys(seeds)
  const accountId = accountIdOf(SUITE_MLDSA65, publicKeys.account)
  return {
    suite: SUITE_MLDSA65,
    masterSeed,
    seeds,
    publicKeys,
    accountId,
    nodeId: nodeIdOf(publicKeys.node),
    address: addressOf(accountId),
    peerId: peerIdOf(publicKeys.node),
    fingerprint: masterSeedFingerprint(masterSeed),
  }
}

/** The bytes of `identity.bin` version 1 (15 627); write them with mode 0600. */
export async function encodeIdentity(identity: Identity): Promise<Uint8Array> {
  const { account, node, kem } = await expandKeys(identity.seeds)
  return encodeIdentityFile({
    version: 1,
    suite: identity.suite,
    masterSeed: identity.masterSeed,
    keys: {
      accountPublicKey: account.publicKey,
      accountSecretKey: account.secretKey,
      nodePublicKey: node.publicKey,
      nodeSecretKey: node.secretKey,
      kemPublicKey: kem.publicKey,
      kemSecretKey: kem.secretKey,
    },
  })
}

/** `identity.bin` → identity. Throws {@link IdentityError} when any key is not the one its seed gives. */
export async function openIdentity(bytes: Uint8Array): Promise<Identity> {
  const file = parseIdentityFile(bytes)
  if (file.version !== 1) throw new IdentityError('version', 'is 2: that form has no master seed and cannot run a node')
  const identity = await identityFromMasterSeed(file.masterSeed)
  await checkKeys(file, identity)
  return identity
}

const SECRET_FIELDS = { account: 'account_sk', node: 'node_sk', kem: 'mlkem_sk' } as const

async function checkKeys(file: IdentityFileV1, { seeds, publicKeys }: Identity): Promise<void> {
  requireSame('account_pk', file.keys.accountPublicKey, publicKeys.account)
  requireSame('node_pk', file.keys.nodePublicKey, publicKeys.node)
  requireSame('mlkem_pk', file.keys.kemPublicKey, publicKeys.kem)
  const foreign = await findForeignSecret(seeds, secretKeysOf(file.keys))
  if (foreign !== undefined) throw doesNotMatch(SECRET_FIELDS[foreign])
}

function secretKeysOf(keys: IdentityKeys): SecretKeys {
  return { account: keys.accountSecretKey, node: keys.nodeSecretKey, kem: keys.kemSecretKey }
}

function requireSame(field: string, actual: Uint8Array, expected: Uint8Array): void {
  if (!bytesEqual(actual, expected)) throw doesNotMatch(field)
}

function doesNotMatch(field: string): IdentityError {
  return new IdentityError(field, 'does not match master_seed')
}
