import { HEADER_BYTES } from '@montana/consensus'
import {
  decodeCertificateRequest,
  decodeCertificateResponse,
  decodeEnvelopeRangeRequest,
  decodeEnvelopeRangeResponse,
  decodeTimechainProofRequest,
  decodeTimechainProofResponse,
  EXT_TYPE,
  encodeCertificateResponse,
  encodeEnvelopeRangeResponse,
  encodeTimechainProofResponse,
} from '@montana/network'

/** One thing in so many is wrong, the first one among them. */
const ONE_IN = 50
const VALUE_BYTES = 32
/** 0x88 / 0x89 and 0x92 / 0x93: spec transport 14.5, protocol 15.5. */
const SNAPSHOT_CHUNK = 0x88
const RANGE_CHUNK = 0x92
/** Bytes of a record by table; a byte near its start, behind the key, that any value may have. */
const RECORDS: Readonly<Record<number, { bytes: number; at: number }>> = {
  /** The lowest byte of the balance. */
  1: { bytes: 2059, at: 32 },
  /** A byte of operator_account_id. */
  2: { bytes: 2098, at: 1986 },
  3: { bytes: 2082, at: 1986 },
}

interface Question {
  readonly type: number
  readonly payload: Uint8Array
}

/** What an answer holds, and how one of these is made wrong: it decodes as before, and does not verify. */
interface Alterable {
  readonly count: number
  spoil(index: number): Uint8Array
}

/**
 * Drill: serves one wrong record or window in fifty, to each peer and in each kind of answer the first one among them.
 * Only a devnet turns it on, in nodes of its own.
 */
export class Liar {
  isOn = false
  /** Things served so far, by peer and type. */
  readonly #served = new Map<string, number>()

  /** The answer, or what a liar makes of it. */
  alter(peerId: string, question: Question, answer: Uint8Array): Uint8Array {
    const parts = this.isOn ? alterable(question, answer) : undefined
    if (!parts || parts.count === 0) return answer
    const key = `${peerId} ${question.type}`
    const served = this.#served.get(key) ?? 0
    this.#served.set(key, served + parts.count)
    const index = (ONE_IN - (served % ONE_IN)) % ONE_IN
    return index < parts.count ? parts.spoil(index) : answer
  }
}

function alterable({ type, payload }: Question, answer: Uint8Array): Alterable | undefined {
  switch (type) {
    case EXT_TYPE.envelopeRange:
      return envelopes(payload, answer)
    case EXT_TYPE.certificate:
      return certificates(payload, answer)
    case EXT_TYPE.timechainProof:
      return proofs(payload, answer)
    case SNAPSHOT_CHUNK:
      return records(answer, { tableAt: 8, countAt: 14, begin: 20 + 32 * siblings(answer) })
    case RANGE_CHUNK:
      return records(answer, { tableAt: 0, countAt: 73, begin: 77 })
    default:
      return undefined
  }
}

function envelopes(payload: Uint8Array, answer: Uint8Array): Alterable {
  const decoded = decodeEnvelopeRangeResponse(answer, decodeEnvelopeRangeRequest(payload))
  // A header ends with its signature.
  const spoil = (index: number) => {
    const changed = decoded.envelopes.map((bytes, i) => (i === index ? flipped(bytes, HEADER_BYTES - 1) : bytes))
    return encodeEnvelopeRangeResponse({ ...decoded, envelopes: changed })
  }
  return { count: decoded.envelopes.length, spoil }
}

/** The signature of the last precommit. */
function certificates(payload: Uint8Array, answer: Uint8Array): Alterable {
  const decoded = decodeCertificateResponse(answer, decodeCertificateRequest(payload))
  const spoil = (index: number) => {
    const changed = decoded.certificates.map((bytes, i) => (i === index ? flipped(bytes, bytes.length - 1) : bytes))
    return encodeCertificateResponse({ ...decoded, certificates: changed })
  }
  return { count: decoded.certificates.length, spoil }
}

/** Every value but the last: whichever segment is looked at does not hold. */
function proofs(payload: Uint8Array, answer: Uint8Array): Alterable {
  const items = decodeTimechainProofResponse(answer, decodeTimechainProofRequest(payload))
  const spoil = (index: number) => {
    const changed = items.map((item, i) => (i === index ? { ...item, values: spoiltValues(item.values) } : item))
    return encodeTimechainProofResponse(changed)
  }
  return { count: items.length, spoil }
}

function spoiltValues(values: Uint8Array): Uint8Array {
  const changed = values.slice()
  for (let at = 0; at < changed.length - VALUE_BYTES; at += VALUE_BYTES) changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

function siblings(answer: Uint8Array): number {
  const bitmap = answer.subarray(16, 20)
  return bitmap.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
}

/** Both kinds of chunk count in little-endian; a whole chunk of either holds fewer than 65 536 records. */
function records(
  answer: Uint8Array,
  { tableAt, countAt, begin }: { tableAt: number; countAt: number; begin: number },
): Alterable | undefined {
  const layout = RECORDS[answer[tableAt] ?? 0]
  const count = (answer[countAt] ?? 0) + 256 * (answer[countAt + 1] ?? 0)
  return layout && { count, spoil: (index) => flipped(answer, begin + index * layout.bytes + layout.at) }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}
