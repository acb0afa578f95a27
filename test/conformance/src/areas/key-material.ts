import { sha256 } from '@montana/codec'
import {
  mldsaKeygen,
  mldsaSign,
  mldsaVerify,
  mlkemDecapsulate,
  mlkemEncapsulate,
  mlkemKeygen,
  type OracleKeyPair,
  type OracleSignOptions,
} from '@montana/crypto/oracle'
import { bytesEqual } from '@montana/foundation'
import { pqOf } from '../backends.js'
import type { Partial, RunContext, Values } from '../types.js'

/** Where OpenSSL cannot show a secret key: node:crypto gives out the seed, never the expanded form. */
export function secretKeyOnlyNoble({ backend }: RunContext): Partial | undefined {
  if (backend !== 'node') return undefined
  return { members: ['sk_len', 'sk_sha256', 'sk'], reason: 'node:crypto does not give out expanded secret keys' }
}

/** ML-DSA-65 key generation from ξ on the backend of the case. */
export async function signingKey(seed: Uint8Array, context: RunContext): Promise<Values> {
  if (context.backend === 'noble') return describe(mldsaKeygen(seed))
  const signer = await pqOf(context.backends, context.backend).importSigner(seed)
  return describe({ publicKey: signer.publicKey })
}

/** ML-KEM-768 key generation from d ‖ z on the backend of the case. */
export async function kemKey(seed: Uint8Array, context: RunContext): Promise<Values> {
  if (context.backend === 'noble') return describe(mlkemKeygen(seed))
  const pair = await pqOf(context.backends, context.backend).importKem(seed)
  return describe({ publicKey: pair.publicKey })
}

function describe({ publicKey, secretKey }: { publicKey: Uint8Array; secretKey?: Uint8Array }): Values {
  return {
    value: publicKey,
    pk: publicKey,
    pk_len: publicKey.length,
    pk_sha256: sha256(publicKey),
    ...(secretKey && { sk: secretKey, sk_len: secretKey.length, sk_sha256: sha256(secretKey) }),
  }
}

/** A deterministic signature and its digest, under every name that vectors use. */
export function deterministicSignature(pair: OracleKeyPair, message: Uint8Array, options: OracleSignOptions): Values {
  const signature = mldsaSign(message, pair.secretKey, options)
  const isValid = mldsaVerify(signature, message, pair.publicKey, options.context)
  const digest = sha256(signature)
  return {
    ...describe(pair),
    value: signature,
    signature,
    sig: signature,
    sig_len: signature.length,
    signature_len: signature.length,
    sig_sha256: digest,
    signature_sha256: digest,
    verify: isValid,
    verifies: isValid,
  }
}

/** Encapsulation to the key of a seed, with chosen coins. */
export function encapsulation(seed: Uint8Array, coins: Uint8Array): Values {
  const pair = mlkemKeygen(seed)
  const { cipherText, sharedSecret } = mlkemEncapsulate(pair.publicKey, coins)
  if (!bytesEqual(mlkemDecapsulate(cipherText, pair.secretKey), sharedSecret)) throw new Error('does not decapsulate')
  return {
    ...describe(pair),
    value: sharedSecret,
    ss: sharedSecret,
    shared_secret: sharedSecret,
    ct: cipherText,
    ct_len: cipherText.length,
    ct_sha256: sha256(cipherText),
    ciphertext_sha256: sha256(cipherText),
  }
}
