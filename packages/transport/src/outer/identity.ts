import { generateKeyPairSync, sign } from 'node:crypto'
import type { PrivateKey } from '@libp2p/interface'
import { bytesEqual } from '@montana/foundation'

export interface OuterIdentity {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** In the shape that the Noise library signs its static key with. */
  readonly privateKey: PrivateKey
}

/**
 * The identity of this process in outer handshakes: made at start, in memory only, derived from nothing and used for
 * nothing else. Spec transport 6.1.
 */
export function createOuterIdentity(): OuterIdentity {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'))
  const key = {
    type: 'Ed25519',
    publicKey: { type: 'Ed25519', raw },
    sign: signedOnce((message) => new Uint8Array(sign(null, message, privateKey))),
  }
  return { publicKey: raw, privateKey: key as unknown as PrivateKey }
}

/** The static key of a process is signed anew for each handshake, before the remote has sent a byte: the same bytes. */
function signedOnce(signer: (message: Uint8Array) => Uint8Array): (message: Uint8Array) => Uint8Array {
  let known: { readonly message: Uint8Array; readonly signature: Uint8Array } | undefined
  return (message) => {
    if (known === undefined || !bytesEqual(known.message, message)) {
      known = { message: message.slice(), signature: signer(message) }
    }
    return known.signature.slice()
  }
}
