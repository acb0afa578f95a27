import { ByteReader, CodecError } from '@montana/codec'
import {
  decodeWindowRange,
  encodeWindowRange,
  fitWindowRange,
  type WindowRange,
  type WindowRangeRequest,
} from './window-range.js'

/** CementCertificate: `window u64 ‖ …`, 76 bytes and 3341 per precommit. Spec protocol 11.1. */
const FIXED_BYTES = 76
const PRECOMMIT_BYTES = 3341

/** 0x90: spec protocol 14.1. */
export type CertificateRequest = WindowRangeRequest

/** 0x91: one CementCertificate per window, consecutive from `firstWindow`. */
export interface CertificateResponse {
  readonly firstWindow: number
  readonly more: boolean
  readonly certificates: readonly Uint8Array[]
}

export {
  decodeWindowRangeRequest as decodeCertificateRequest,
  encodeWindowRangeRequest as encodeCertificateRequest,
} from './window-range.js'

/** As many of `certificates` as fit into `maxBytes`, in order; none when the first one is too large (Error 2). */
export function fitCertificates(response: CertificateResponse, maxBytes: number): CertificateResponse {
  return fromRange(fitWindowRange(toRange(response), maxBytes))
}

export function encodeCertificateResponse(response: CertificateResponse): Uint8Array {
  return encodeWindowRange(toRange(response))
}

/**
 * Throws {@link CodecError} unless it answers `request`: right window, 1…count items, each with the length and the
 * window of a certificate. Signatures are the caller's to check.
 */
export function decodeCertificateResponse(bytes: Uint8Array, request: CertificateRequest): CertificateResponse {
  return fromRange(decodeWindowRange(bytes, request, checkCertificate))
}

function checkCertificate(item: Uint8Array, expected: number): void {
  const precommitBytes = item.length - FIXED_BYTES
  if (precommitBytes < PRECOMMIT_BYTES || precommitBytes % PRECOMMIT_BYTES !== 0) {
    throw new CodecError('BadLength', { length: item.length })
  }
  const window = new ByteReader(item).u64AsNumber()
  if (window !== expected) throw new CodecError('BadValue', { window, expected })
}

function toRange({ firstWindow, more, certificates }: CertificateResponse): WindowRange {
  return { firstWindow, more, items: certificates }
}

function fromRange({ firstWindow, more, items }: WindowRange): CertificateResponse {
  return { firstWindow, more, certificates: items }
}
