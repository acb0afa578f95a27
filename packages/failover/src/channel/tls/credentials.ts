import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { ConfigError, errorMessage, type TimeSource } from '@montana/foundation'
import {
  CERTIFICATE_LIFE_MS,
  CERTIFICATE_RENEWAL_MS,
  CIPHER_SUITES,
  CLASSICAL_GROUP,
  CLOCK_SKEW_MS,
  HYBRID_GROUP,
} from '../constants.js'
import { certificatePem, encodeCertificate } from './certificate.js'
import type { NodeIdentity } from './identity.js'

export type KeyExchange = 'require' | 'prefer'

/** What both ends of a connection are set up with. The certificate lives in memory only: it costs one signature. */
export class ChannelCredentials {
  #issuedAtMs = 0
  #certificate = ''

  constructor(
    readonly identity: NodeIdentity,
    readonly commonName: string,
    readonly keyExchange: KeyExchange,
    readonly time: TimeSource,
  ) {
    this.renew()
  }

  /** Sixty of its ninety days are over; a wall clock that went back counts too. */
  isRenewalDue(): boolean {
    const ageMs = this.time.wallMs() - this.#issuedAtMs
    return ageMs >= CERTIFICATE_RENEWAL_MS || ageMs < -CLOCK_SKEW_MS
  }

  renew(): void {
    const nowMs = this.time.wallMs()
    const { privateKey, address } = this.identity
    const fields = { commonName: this.commonName, userId: address, notBeforeMs: nowMs }
    const der = encodeCertificate({ ...fields, notAfterMs: nowMs + CERTIFICATE_LIFE_MS }, privateKey)
    this.#certificate = certificatePem(der)
    this.#issuedAtMs = nowMs
  }

  /** TLS 1.3, our groups, no tickets. Spec three-mirror 11.3. */
  contextOptions(): SecureContextOptions {
    return {
      key: this.identity.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      cert: this.#certificate,
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: CIPHER_SUITES,
      ecdhCurve: this.keyExchange === 'require' ? HYBRID_GROUP : `${HYBRID_GROUP}:${CLASSICAL_GROUP}`,
      secureOptions: constants.SSL_OP_NO_TICKET,
    }
  }

  /** Throws ConfigError NODE_TOO_OLD where the runtime lacks the group or the certificate type. */
  context(): SecureContext {
    try {
      return createSecureContext(this.contextOptions())
    } catch (cause) {
      const remedy = 'run Node 24.6 or later'
      throw new ConfigError(`TLS with ML-DSA-65 and ${HYBRID_GROUP} is not possible: ${errorMessage(cause)}`, {
        code: 'NODE_TOO_OLD',
        remedy,
        cause,
      })
    }
  }
}
