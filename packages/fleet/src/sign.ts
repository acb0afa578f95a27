import type { Signer } from '@montana/crypto'
import { type SignedDocument, signedBytes } from './document.js'
import { toBase64 } from './fields.js'

/** The document with one signature more; an earlier one of the same operator is replaced. */
export async function signDocument<T extends SignedDocument>(
  document: T,
  operator: string,
  signer: Pick<Signer, 'sign'>,
): Promise<T> {
  const sig = toBase64(await signer.sign(signedBytes(document)))
  const others = document.signatures.filter((signature) => signature.operator !== operator)
  return { ...document, signatures: [...others, { operator, alg: 'ML-DSA-65', sig }] }
}
