import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.js'

const OID = {
  commonName: '2.5.4.3',
  userId: '0.9.2342.19200300.100.1.1',
  subjectAltName: '2.5.29.17',
  mlDsa65: '2.16.840.1.101.3.4.3.18',
} as const
const VERSION_3 = Uint8Array.of(2)
/** RFC 5280 4.1.2.2: at most 20 bytes, positive, unpredictable. */
const SERIAL_BYTES = 16
const DNS_NAME = 2

/** ML-DSA-65: parameters absent. */
const ML_DSA_65: SignatureScheme = { identifier: sequence(objectIdentifier(OID.mlDsa65)), hash: null }

/** How a certificate is signed: its AlgorithmIdentifier in DER, and the hash that node:crypto wants. */
export interface SignatureScheme {
  readonly identifier: Uint8Array
  readonly hash: string | null
}

export interface CertificateFields {
  /** CN and the one DNS name of the SAN. */
  readonly commonName: string
  /** The address of the key. */
  readonly userId: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** A self-signed X.509 version 3 certificate of `key`, as DER. Spec three-mirror 11.2. */
export function encodeCertificate(
  fields: CertificateFields,
  key: KeyObject,
  scheme: SignatureScheme = ML_DSA_65,
): Uint8Array {
  const body = certificateBody(fields, createPublicKey(key), scheme.identifier)
  return sequence(body, scheme.identifier, bitString(sign(scheme.hash, body, key)))
}

export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function certificateBody(fields: CertificateFields, publicKey: KeyObject, algorithm: Uint8Array): Uint8Array {
  const { commonName, userId, notBeforeMs, notAfterMs } = fields
  const name = sequence(attribute(OID.commonName, commonName), attribute(OID.userId, userId))
  return sequence(
    explicit(0, integer(VERSION_3)),
    integer(randomBytes(SERIAL_BYTES)),
    algorithm,
    name,
    sequence(time(notBeforeMs), time(notAfterMs)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    explicit(3, sequence(alternativeName(commonName))),
  )
}

function attribute(oid: string, value: string): Uint8Array {
  return set(sequence(objectIdentifier(oid), utf8String(value)))
}

function alternativeName(dnsName: string): Uint8Array {
  const names = sequence(implicit(DNS_NAME, Buffer.from(dnsName, 'ascii')))
  return sequence(objectIdentifier(OID.subjectAltName), octetString(names))
}
