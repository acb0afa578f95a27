import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeCertificate } from '../../src/channel/tls/certificate.js'
import { bitString, integer, objectIdentifier, octetString, sequence, time } from '../../src/channel/tls/der.js'
import { identityOf } from './support.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('DER', () => {
  it('lengths change their form at 128, 256 and end at 65 535', () => {
    expect(hex(octetString(new Uint8Array(127)).subarray(0, 2))).toBe('047f')
    expect(hex(octetString(new Uint8Array(128)).subarray(0, 3))).toBe('048180')
    expect(hex(octetString(new Uint8Array(256)).subarray(0, 4))).toBe('04820100')
    expect(() => octetString(new Uint8Array(65_536))).toThrow(RangeError)
  })

  it('integers are positive and minimal', () => {
    expect(hex(integer(Uint8Array.of(0, 0, 5)))).toBe('020105')
    expect(hex(integer(Uint8Array.of(0x80)))).toBe('02020080')
    expect(hex(integer(Uint8Array.of(0)))).toBe('020100')
  })

  it('object identifiers, times and bit strings', () => {
    expect(hex(objectIdentifier('2.16.840.1.101.3.4.3.18'))).toBe('0609608648016503040312')
    expect(hex(objectIdentifier('0.9.2342.19200300.100.1.1'))).toBe('060a0992268993f22c640101')
    expect(Buffer.from(time(Date.UTC(2049, 11, 31, 23, 59, 59))).toString('latin1')).toBe('\x17\x0d491231235959Z')
    expect(Buffer.from(time(Date.UTC(2050, 0, 1))).toString('latin1')).toBe('\x18\x0f20500101000000Z')
    expect(hex(sequence(bitString(Uint8Array.of(1))))).toBe('300403020001')
  })
})

describe('a certificate', () => {
  it('is read by OpenSSL as what it was meant to be', () => {
    const identity = identityOf(1)
    const [notBeforeMs, notAfterMs] = [Date.UTC(2026, 0, 1), Date.UTC(2055, 0, 1)]
    const fields = { commonName: 'amsterdam.montana.test', userId: identity.address, notBeforeMs, notAfterMs }
    const certificate = new X509Certificate(encodeCertificate(fields, identity.privateKey))
    expect(certificate.subject).toBe(`CN=amsterdam.montana.test\nUID=${identity.address}`)
    expect(certificate.issuer).toBe(certificate.subject)
    expect(certificate.subjectAltName).toBe('DNS:amsterdam.montana.test')
    expect(certificate.checkHost('amsterdam.montana.test')).toBe('amsterdam.montana.test')
    expect([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]).toEqual([notBeforeMs, notAfterMs])
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.raw.length).toBeLessThan(5700)
  })
})
