import { createHash } from 'node:crypto'
import { canonicalJson, toHex } from '@montana/foundation'
import { z } from 'zod'
import { MAX_OPERATORS } from './constants.js'
import { digestField, nameField, networkField, signatureField, timeField } from './fields.js'

/** Fields that every signed document begins with. Spec operations 11.1. */
export const documentHead = {
  network: networkField,
  /** Grows with every issue; the highest that was accepted is never undercut. */
  version: z.int().min(1),
  issued_at: timeField,
  not_after: timeField,
  /** Digest of the version before; null for the first. */
  previous_sha256: digestField.nullable(),
}

export const signaturesField = z
  .array(z.strictObject({ operator: nameField, alg: z.literal('ML-DSA-65'), sig: signatureField }))
  .max(MAX_OPERATORS)

export type DocumentSignature = z.infer<typeof signaturesField>[number]

/** What all kinds of documents have in common. */
export interface SignedDocument {
  readonly schema: string
  readonly network: string
  readonly version: number
  readonly issued_at: string
  readonly not_after: string
  readonly previous_sha256: string | null
  readonly signatures: readonly DocumentSignature[]
}

/** One kind of document: its strict form, and the rules that the form cannot say (step 5 of acceptance). */
export interface DocumentKind<T extends SignedDocument> {
  readonly schema: T['schema']
  readonly form: z.ZodType<T>
  /** `previous` is the document in force, null where there is none. Throws FleetError DOC_INVALID. */
  checkContent(document: T, verify: DocumentVerifier, previous: T | null): Promise<void>
}

/** ML-DSA-65, pure, empty context; as `createSignatureVerifier` of crypto gives it. */
export type DocumentVerifier = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => Promise<boolean>

/** RFC 8785 form of the document without its signatures. */
function canonicalContent(document: SignedDocument): string {
  const { signatures: _, ...content } = document
  return canonicalJson(content)
}

/** "mt-fleet-document" ‖ 0x00 ‖ schema ‖ 0x00 ‖ JCS. Spec operations 11.1. */
export function signedBytes(document: SignedDocument): Uint8Array {
  return new TextEncoder().encode(`mt-fleet-document\0${document.schema}\0${canonicalContent(document)}`)
}

/** SHA-256 over the canonical content: equal for copies that differ only in layout or in who signed. */
export function documentDigest(document: SignedDocument): string {
  return toHex(createHash('sha256').update(canonicalContent(document)).digest())
}

/** The text form in files: readable, one document, a newline at its end. */
export function documentText(document: SignedDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
