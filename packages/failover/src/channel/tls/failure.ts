import { errorCode, errorMessage } from '@montana/foundation'
import { FailoverError, type PeerErrorCode } from '../../errors.js'

/** What OpenSSL says when a handshake ends before there is a certificate to judge. Observed with OpenSSL 3.5. */
const BY_REASON: readonly (readonly [RegExp, PeerErrorCode])[] = [
  [/NO_SUITABLE_KEY_SHARE|NO_SUITABLE_GROUPS|NO_SHARED_GROUP/, 'KEX_CLASSICAL'],
  // The other side found nothing in common with us: of all that we offer, the group is what it may lack.
  [/ALERT_HANDSHAKE_FAILURE/, 'KEX_CLASSICAL'],
  [/NO_APPLICATION_PROTOCOL/, 'ALPN'],
  // The proof of possession: CertificateVerify does not belong to the certificate.
  [/BAD_SIGNATURE|WRONG_SIGNATURE|DECRYPT_ERROR/, 'PEER_SIGNATURE'],
]

/** A failed connection or handshake as an error of ours; CHANNEL_CLOSED where it is no refusal. */
export function handshakeFailure(error: unknown): FailoverError {
  if (error instanceof FailoverError) return error
  const reason = errorCode(error)
  const code = BY_REASON.find(([pattern]) => pattern.test(reason))?.[1] ?? 'CHANNEL_CLOSED'
  const text = reason === 'UNKNOWN' ? errorMessage(error) : reason
  return new FailoverError(code, `no connection: ${text}`, { cause: error, metadata: { reason } })
}
