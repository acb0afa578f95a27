import { toHex } from '@montana/foundation'
import { MAX_CLOCK_SKEW_MS, MAX_DOCUMENT_BYTES } from './constants.js'
import {
  type DocumentKind,
  type DocumentVerifier,
  documentDigest,
  type SignedDocument,
  signedBytes,
} from './document.js'
import { FleetError } from './errors.js'
import { fromBase64 } from './fields.js'
import { firstIssue } from './issues.js'
import type { TrustRoot } from './operators.js'
import { parseStrictJson } from './strict-json.js'

/** Of the right form and network; nobody has vouched for it yet. */
export interface ParsedDocument<T extends SignedDocument> {
  readonly stage: 'parsed'
  readonly document: T
  /** The file as it was read. */
  readonly bytes: Uint8Array
  /** {@link documentDigest}, lower hex. */
  readonly sha256: string
}

/** Signed by as many distinct operators as the trust root asks for. Only {@link authenticate} makes one. */
export interface AuthenticDocument<T extends SignedDocument> extends Omit<ParsedDocument<T>, 'stage'> {
  readonly stage: 'authentic'
  /** Ids whose signatures verified. */
  readonly signers: readonly string[]
}

/** Authentic, within its dates, and its content obeys the rules of its kind. */
export interface VerifiedDocument<T extends SignedDocument> extends Omit<AuthenticDocument<T>, 'stage'> {
  readonly stage: 'verified'
}

export interface VerifyModules {
  readonly trust: TrustRoot
  readonly verify: DocumentVerifier
}

/**
 * Steps 1, 2, 3 and 5 of spec operations 11.2, in this order; step 4 needs what was seen before and is the store's.
 * Throws FleetError with the code of the first step that fails.
 */
export async function verifyDocument<T extends SignedDocument>(
  bytes: Uint8Array,
  kind: DocumentKind<T>,
  modules: VerifyModules & { readonly nowMs: number; readonly previous?: T | null },
): Promise<VerifiedDocument<T>> {
  const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
  checkDates(authentic.document, modules.nowMs)
  return await checkContent(authentic, kind, modules.verify, modules.previous ?? null)
}

/** Step 1: size, strict JSON, form, network; any network where none is given. */
export function parseDocument<T extends SignedDocument>(
  bytes: Uint8Array,
  kind: DocumentKind<T>,
  network?: string,
): ParsedDocument<T> {
  const parsed = kind.form.safeParse(parseStrictJson(bytes, MAX_DOCUMENT_BYTES))
  if (!parsed.success) {
    const { field, text } = firstIssue(parsed.error)
    throw new FleetError('DOC_INVALID', `not a document of ${kind.schema}: ${text}`, { field })
  }
  const document = parsed.data
  const isOurs = network === undefined || document.network === network
  if (isOurs) return { stage: 'parsed', document, bytes, sha256: documentDigest(document) }
  throw new FleetError('DOC_NETWORK', `the document is for network '${document.network}', ours is '${network}'`, {
    field: 'network',
  })
}

/** Step 2: k valid signatures of distinct keys; one key under two ids counts once. */
export async function authenticate<T extends SignedDocument>(
  parsed: ParsedDocument<T>,
  { trust, verify }: VerifyModules,
): Promise<AuthenticDocument<T>> {
  const message = signedBytes(parsed.document)
  const signers = new Map<string, string>()
  for (const { operator, sig } of parsed.document.signatures) {
    const key = trust.keys.get(operator)
    if (!key || signers.has(toHex(key))) continue
    if (await verify(fromBase64(sig), message, key)) signers.set(toHex(key), operator)
  }
  if (signers.size >= trust.threshold) return { ...parsed, stage: 'authentic', signers: [...signers.values()] }
  throw new FleetError('DOC_SIGNATURES', `${signers.size} of ${trust.threshold} operators signed this document`, {
    field: 'signatures',
    remedy: 'let further operators sign it',
    metadata: { valid: signers.size, threshold: trust.threshold },
  })
}

/** Step 3. Throws DOC_EARLY or DOC_EXPIRED. */
export function checkDates(document: SignedDocument, nowMs: number): void {
  if (Date.parse(document.issued_at) > nowMs + MAX_CLOCK_SKEW_MS) {
    const remedy = 'check the clock of this host'
    throw new FleetError('DOC_EARLY', `the document is issued at ${document.issued_at}, more than 5 minutes ahead`, {
      field: 'issued_at',
      remedy,
    })
  }
  if (Date.parse(document.not_after) > nowMs) return
  throw new FleetError('DOC_EXPIRED', `the document ended at ${document.not_after}`, {
    field: 'not_after',
    remedy: 'have it issued anew',
  })
}

/** Step 5: all or nothing. `previous` is the document in force. */
export async function checkContent<T extends SignedDocument>(
  authentic: AuthenticDocument<T>,
  kind: DocumentKind<T>,
  verify: DocumentVerifier,
  previous: T | null = null,
): Promise<VerifiedDocument<T>> {
  await kind.checkContent(authentic.document, verify, previous)
  return { ...authentic, stage: 'verified' }
}
