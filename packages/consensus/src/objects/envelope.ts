import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { decodeNodeRegistration, REGISTRATION_BYTES } from '@montana/ledger'
import { ENVELOPE_BUNDLES_MAX, ENVELOPE_CONTROL_MAX, ENVELOPE_MAX_BYTES } from '../constants.js'
import { type Confirmation, readConfirmation } from './confirmation.js'
import { HEADER_BYTES, type Header, readHeader } from './header.js'

/** Header and two empty lists. */
const ENVELOPE_MIN_BYTES = HEADER_BYTES + 4

/** A complete proposal with everything that proves it: spec protocol 9.2. */
export interface Envelope {
  readonly header: Header
  /** List 1: confirmations of window − 1, credited when this window settles. */
  readonly confirmers: readonly Confirmation[]
  /** List 2: confirmations of this window, the quorum that cements it. */
  readonly evidence: readonly Confirmation[]
  /** List 3: control objects, canonical bytes of registrations that decode. */
  readonly control: readonly Uint8Array[]
  readonly bytes: Uint8Array
}

/** Throws {@link CodecError}; the caller reports it as MalformedEnvelope (spec protocol 10.1, check 1). */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length < ENVELOPE_MIN_BYTES || bytes.length > ENVELOPE_MAX_BYTES) {
    throw new CodecError('BadLength', { length: bytes.length })
  }
  const reader = new ByteReader(bytes)
  const header = readHeader(reader, bytes)
  const confirmers = readConfirmations(reader, bytes)
  const evidence = readConfirmations(reader, bytes)
  const control = reader.remaining === 0 ? [] : readControl(reader)
  reader.end()
  return { header, confirmers, evidence, control, bytes }
}

function readConfirmations(reader: ByteReader, source: Uint8Array): Confirmation[] {
  const count = readCount(reader, ENVELOPE_BUNDLES_MAX)
  return Array.from({ length: count }, () => readConfirmation(reader, source))
}

/** An explicit empty third list is malformed: there is one encoding per envelope. */
function readControl(reader: ByteReader): Uint8Array[] {
  const count = readCount(reader, ENVELOPE_CONTROL_MAX)
  if (count === 0) throw new CodecError('BadValue', { controlCount: 0 })
  return Array.from({ length: count }, () => readRegistration(reader))
}

/** Decoded here for its form alone, so that settling never meets an object that is none. */
function readRegistration(reader: ByteReader): Uint8Array {
  const bytes = reader.bytes(REGISTRATION_BYTES)
  decodeNodeRegistration(bytes)
  return bytes
}

function readCount(reader: ByteReader, max: number): number {
  const count = reader.u16()
  if (count > max) throw new CodecError('BadValue', { count, max })
  return count
}

export interface EnvelopeParts {
  header: Uint8Array
  confirmers: readonly Confirmation[]
  evidence: readonly Confirmation[]
  control: readonly Uint8Array[]
}

export function envelopeBytes(parts: EnvelopeParts): number {
  const sum = (items: readonly { length: number }[]) => items.reduce((total, item) => total + item.length, 0)
  const confirmations = [...parts.confirmers, ...parts.evidence].map((confirmation) => confirmation.bytes)
  const control = parts.control.length === 0 ? 0 : 2 + sum(parts.control)
  return HEADER_BYTES + 4 + sum(confirmations) + control
}

/** Lists are written in the order given: ascending by node_id, control in control order. */
export function encodeEnvelope(parts: EnvelopeParts): Uint8Array {
  const writer = new ByteWriter(envelopeBytes(parts)).bytes(parts.header, HEADER_BYTES)
  for (const list of [parts.confirmers, parts.evidence]) {
    writer.u16(list.length)
    for (const confirmation of list) writer.bytes(confirmation.bytes)
  }
  if (parts.control.length === 0) return writer.finish()
  writer.u16(parts.control.length)
  for (const object of parts.control) writer.bytes(object, REGISTRATION_BYTES)
  return writer.finish()
}
