import { formatTime } from '@montana/foundation'
import { documentDigest, type SignedDocument } from './document.js'

export interface Issue {
  readonly issuedAtMs: number
  readonly validMs: number
}

/** The fields of a first version, unsigned. */
export function firstHead(network: string, { issuedAtMs, validMs }: Issue) {
  return {
    network,
    version: 1,
    issued_at: formatTime(issuedAtMs),
    not_after: formatTime(issuedAtMs + validMs),
    previous_sha256: null,
  }
}

/**
 * What to sign next. A signed document is the version before: the draft that follows it has a higher version, its digest
 * and no signatures. An unsigned one is only changed.
 */
export function revise<T extends SignedDocument>(
  document: T,
  change: Partial<NoInfer<T>>,
  { issuedAtMs, validMs }: Issue,
): T {
  const dates = { issued_at: formatTime(issuedAtMs), not_after: formatTime(issuedAtMs + validMs) }
  const isDraft = document.signatures.length === 0
  const [version, previous_sha256] = isDraft
    ? [document.version, document.previous_sha256]
    : [document.version + 1, documentDigest(document)]
  return { ...document, ...dates, ...change, version, previous_sha256, signatures: [] }
}
