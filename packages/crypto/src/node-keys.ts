import * as openssl from 'node:crypto'
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { bytesEqual } from '@montana/foundation'

/** DER in front of raw key bytes: spec transport 9, rule 3. */
const MLDSA_PUBLIC_PREFIX = hex('308207b2300b0609608648016503040312038207a100')
const MLDSA_SEED_PREFIX = hex('3034020100300b060960864801650304031204228020')
const MLKEM_PUBLIC_PREFIX = hex('308204b2300b0609608648016503040402038204a100')
const MLKEM_SEED_PREFIX = hex('3054020100300b060960864801650304040204428040')
/** PKCS#8 with the expanded form (an OCTET STRING of 4032 or 2400 bytes) instead of the seed. */
const MLDSA_EXPANDED_PREFIX = hex('30820fd8020100300b060960864801650304031204820fc404820fc0')
const MLKEM_EXPANDED_PREFIX = hex('30820978020100300b06096086480165030404020482096404820960')
/** Length of the SubjectPublicKeyInfo header of both algorithms. */
const SPKI_HEADER_BYTES = 22

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

function publicKey(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' })
}

function privateKey(prefix: Uint8Array, secret: Uint8Array): KeyObject {
  const der = Buffer.alloc(prefix.length + secret.length)
  try {
    der.set(prefix)
    der.set(secret, prefix.length)
    return importPkcs8(der)
  } finally {
    der.fill(0)
  }
}

/**
 * Twice if need be: a TLS connection that ends with a bad record leaves its error in OpenSSL's queue (Node 24.21), and
 * the next import of a private key takes that for its own failure and clears it.
 */
function importPkcs8(der: Buffer): KeyObject {
  const input = { key: der, format: 'der', type: 'pkcs8' } as const
  try {
    return createPrivateKey(input)
  } catch {
    return createPrivateKey(input)
  }
}

/** 1952 raw bytes → public KeyObject. */
export const importMldsaPublicKey = (raw: Uint8Array) => publicKey(MLDSA_PUBLIC_PREFIX, raw)
/** ξ, 32 bytes → private KeyObject. */
export const importMldsaSeed = (seed: Uint8Array) => privateKey(MLDSA_SEED_PREFIX, seed)
/** Throws when a coefficient is not reduced modulo q (the FIPS 203 encapsulation key check). */
export const importMlkemPublicKey = (raw: Uint8Array) => publicKey(MLKEM_PUBLIC_PREFIX, raw)
export const importMlkemSeed = (seed: Uint8Array) => privateKey(MLKEM_SEED_PREFIX, seed)

/** The raw public key of a private KeyObject, or of a public one. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicPart = key.type === 'private' ? createPublicKey(key) : key
  return new Uint8Array(publicPart.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEADER_BYTES))
}

/**
 * Whether a 4032-byte FIPS 204 secret key is the expansion of `seed`. OpenSSL checks every part against the public key
 * but K, which is bytes 96…127 of SHAKE256(ξ ‖ k ‖ ℓ) with k = 6, ℓ = 5 (FIPS 204 algorithm 6).
 */
export function mldsaSecretMatchesSeed(secret: Uint8Array, seed: Uint8Array): boolean {
  if (!expandedMatches(MLDSA_EXPANDED_PREFIX, secret, importMldsaSeed(seed))) return false
  const expansion = createHash('shake256', { outputLength: 128 }).update(seed).update(Uint8Array.of(6, 5)).digest()
  return bytesEqual(secret.subarray(32, 64), expansion.subarray(96, 128))
}

/** Whether a 2400-byte FIPS 203 secret key is the expansion of d ‖ z; z is its tail and bound by nothing else. */
export function mlkemSecretMatchesSeed(secret: Uint8Array, seed: Uint8Array): boolean {
  return (
    expandedMatches(MLKEM_EXPANDED_PREFIX, secret, importMlkemSeed(seed)) &&
    bytesEqual(secret.subarray(secret.length - 32), seed.subarray(32))
  )
}

function expandedMatches(prefix: Uint8Array, secret: Uint8Array, fromSeed: KeyObject): boolean {
  try {
    return bytesEqual(rawPublicKey(privateKey(prefix, secret)), rawPublicKey(fromSeed))
  } catch {
    return false
  }
}

/** Whether this runtime can sign and verify with ML-DSA-65 (Node 24.6 with OpenSSL 3.5), TLS included. */
export function nodeHasMldsa(): boolean {
  try {
    importMldsaSeed(new Uint8Array(32))
    return true
  } catch {
    return false
  }
}

/** Whether this runtime has both algorithms and encapsulation (Node 24.7 with OpenSSL 3.5). */
export function nodeHasPostQuantum(): boolean {
  if (typeof openssl.encapsulate !== 'function' || !nodeHasMldsa()) return false
  try {
    importMlkemSeed(new Uint8Array(64))
    return true
  } catch {
    return false
  }
}
