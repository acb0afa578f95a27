export { AEAD_KEY_BYTES, AEAD_NONCE_BYTES, AEAD_TAG_BYTES, aeadOpen, aeadSeal } from './aead.js'
export * from './constants.js'
export {
  CryptoError,
  type CryptoErrorCode,
  IdentityError,
  MnemonicError,
  type MnemonicErrorCode,
} from './errors.js'
export {
  accountIdOf,
  addressOf,
  base58Decode,
  base58Encode,
  masterSeedFingerprint,
  nodeIdOf,
  parseAddress,
  peerIdMultihashOf,
  peerIdOf,
} from './identifiers.js'
export { deriveIdentity, encodeIdentity, type Identity, identityFromMasterSeed, openIdentity } from './identity.js'
export {
  encodeIdentityFile,
  IDENTITY_MAGIC,
  IDENTITY_V1_BYTES,
  IDENTITY_V2_BYTES,
  type IdentityFile,
  type IdentityFileV1,
  type IdentityFileV2,
  type IdentityKeys,
  parseIdentityFile,
} from './identity-file.js'
export { hkdfExpand, hkdfExtract, hmacSha256, pbkdf2Sha256 } from './kdf.js'
export { derivePublicKeys, type PublicKeys } from './key-derivation.js'
export { entropyToMnemonic, loadWordlist, mnemonicToEntropy, packIndices, unpackIndices } from './mnemonic.js'
export {
  importMldsaPublicKey,
  importMldsaSeed,
  nodeHasMldsa,
  nodeHasPostQuantum,
  rawPublicKey,
} from './node-keys.js'
export type { Encapsulation, KemImporter, KemKeyPair, PqBackend, Signer } from './pq-backend.js'
export { deriveMasterSeed, deriveRoleSeed, deriveRoleSeeds, type RoleSeeds } from './seeds.js'
export { type BackendName, selectPqBackend } from './select.js'
export { runSelfTest } from './self-test.js'
export { createSignatureVerifier, type SignatureVerifier } from './verifier.js'
export { atWorkRank, type WorkRank } from './work-rank.js'
