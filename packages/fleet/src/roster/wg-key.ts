import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'

const P = (1n << 255n) - 19n
/** What stands before the 32 raw bytes in SPKI and PKCS #8 (RFC 8410). */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * Whether a raw X25519 key is spelled in the one way there is and not of small order, with which everybody would come to
 * the same secret.
 */
export function isSoundWgKey(raw: Uint8Array): boolean {
  const little = Array.from(raw).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return little < P && !isOfSmallOrder(raw)
}

/** OpenSSL refuses the agreement with such a key, whatever the other one is. */
function isOfSmallOrder(raw: Uint8Array): boolean {
  try {
    diffieHellman({ privateKey: privateKeyOf(new Uint8Array(32).fill(1)), publicKey: publicKeyOf(raw) })
    return false
  } catch {
    return true
  }
}

/** The public key of a raw private one; 32 bytes each. */
export function wgPublicKey(privateKey: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKeyOf(privateKey)).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(SPKI.length))
}

function privateKeyOf(raw: Uint8Array) {
  const der = Buffer.concat([PKCS8, raw])
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } finally {
    der.fill(0)
  }
}

function publicKeyOf(raw: Uint8Array) {
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
}
