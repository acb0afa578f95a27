import { createHash } from 'node:crypto'

const SEPARATOR = Uint8Array.of(0)

/** The complete list of hash domains in use: spec protocol 1.5. A typo here would be a silent fork, hence the closed type. */
export type HashDomain =
  | 'mt-op'
  | 'mt-nodereg'
  | 'mt-proposal'
  | 'mt-bundle'
  | 'mt-ssha-reveal'
  | 'mt-account'
  | 'mt-node'
  | 'mt-candidate-ssha-init'
  | 'mt-merkle-leaf'
  | 'mt-merkle-node'
  | 'mt-state-root'
  | 'mt-timechain'
  | 'mt-lottery'
  | 'mt-bc-aggregate'
  | 'mt-bc-aggregate-empty'
  | 'mt-selection'
  | 'mt-nodereg-sort'
  | 'mt-genesis'
  | 'mt-app'
  | 'mt-ext-genesis'
  | 'mt-ext-context'
  | 'mt-ext-cement'

/** SHA-256 of the concatenation of `parts`; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  const digest = hash.digest()
  // A view of the same memory: a caller that wipes its secret wipes the one copy there is.
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength)
}

/** H(domain, p1 … pn) = SHA-256(ascii(domain) ‖ 0x00 ‖ p1 ‖ … ‖ pn): spec protocol 1.2. */
export function hashWithDomain(domain: HashDomain, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(ascii(domain), SEPARATOR, ...parts)
}

export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
