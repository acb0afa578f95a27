import { MontanaError } from '@montana/foundation'

/** The codes of spec transport 18 up to the secure channel. */
export type TransportErrorCode =
  | 'HS_SIZE'
  | 'HS_KEM_KEY'
  | 'HS_SIGNATURE'
  | 'HS_OUTER'
  | 'HS_OUTER_KEY'
  | 'HS_SELF'
  | 'HS_PEER_MISMATCH'
  | 'HS_THROTTLED'
  | 'HS_TIMEOUT'
  | 'HS_BYTES'
  | 'PEER_NOT_ALLOWED'
  | 'PEER_BANNED'
  | 'PROFILE_REFUSED'
  | 'STREAM_RESET'
  | 'FRAME_SIZE'
  | 'FRAME_AUTH'
  | 'FRAME_TRUNCATED'
  | 'NONCE_EXHAUSTED'
  | 'REKEY_MISSED'
  | 'REKEY_EARLY'
  | 'CRYPTO_BACKEND'

/**
 * A connection that must not live on. The message begins with the code, because js-libp2p keeps nothing but the
 * message of an encrypter's error.
 */
export class TransportError extends MontanaError {
  declare readonly code: TransportErrorCode

  constructor(
    code: TransportErrorCode,
    text: string,
    metadata: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(code, `${code}: ${text}`, { metadata, cause })
    this.name = 'TransportError'
  }
}

const CODE_AT_START = /^([A-Z]+(?:_[A-Z]+)+): /

/** The code at the start of a message that js-libp2p passed on; `undefined` when there is none. */
export function codeInMessage(message: string): string | undefined {
  return CODE_AT_START.exec(message)?.[1]
}
