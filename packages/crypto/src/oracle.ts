import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import type { Encapsulation } from './pq-backend.js'

/**
 * Deterministic, synchronous forms for known answers and tests. The product never loads this module: it blocks the
 * event loop for milliseconds and signs without hedging.
 */
export interface OracleKeyPair {
  readonly publicKey: Uint8Array
  /** FIPS expanded form: 4032 bytes for ML-DSA-65, 2400 for ML-KEM-768. */
  readonly secretKey: Uint8Array
}

/** FIPS 204 KeyGen_internal(ξ), ξ of 32 bytes. */
export function mldsaKeygen(seed: Uint8Array): OracleKeyPair {
  return ml_dsa65.keygen(seed)
}

export interface OracleSignOptions {
  /** Empty by default, at most 255 bytes. */
  readonly context?: Uint8Array
  /** rnd, 32 bytes; 32 zero bytes (deterministic mode) by default. */
  readonly randomness?: Uint8Array
}

/** 3309 bytes, the same for the same input. */
export function mldsaSign(message: Uint8Array, secretKey: Uint8Array, options: OracleSignOptions = {}): Uint8Array {
  const { context, randomness } = options
  return ml_dsa65.sign(message, secretKey, { extraEntropy: randomness ?? false, ...(context && { context }) })
}

/** Signs a 64-byte message representative μ (FIPS 204 Sign_internal), deterministically. */
export function mldsaSignMu(mu: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return ml_dsa65.internal.sign(mu, secretKey, { extraEntropy: false, externalMu: true })
}

export function mldsaVerify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
  context?: Uint8Array,
): boolean {
  return ml_dsa65.verify(signature, message, publicKey, context ? { context } : {})
}

/** FIPS 203 KeyGen_internal(d, z), 64 bytes d ‖ z. */
export function mlkemKeygen(seed: Uint8Array): OracleKeyPair {
  return ml_kem768.keygen(seed)
}

/** FIPS 203 Encaps_internal(ek, m) with chosen coins m of 32 bytes. */
export function mlkemEncapsulate(publicKey: Uint8Array, coins: Uint8Array): Encapsulation {
  return ml_kem768.encapsulate(publicKey, coins)
}

export function mlkemDecapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return ml_kem768.decapsulate(cipherText, secretKey)
}
