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

/** What an operator can do about what dialling again does not mend; the rest mends itself or is a fault of the remote. */
const REMEDIES: Readonly<Record<string, string>> = {
  HS_PEER_MISMATCH: 'correct multiaddr or peer_id of this peer in the manifest: another node answers at its address',
  HS_SELF: 'correct multiaddr of this peer in the manifest: its address leads back to this node',
  PROFILE_REFUSED:
    'let this peer offer hybrid in transportSecurity, or ask for less with transportRequireHybrid and "security" in the manifest',
  DOWNGRADE_DETECTED:
    'find out who alters the traffic on the path to this peer; until then it is spoken to in hybrid only',
  WRONG_NETWORK: 'give both nodes the same genesis, or take this peer out of the manifest',
}

/** For the logs, where an error of an encrypter arrives as its code only; `undefined` where there is nothing to do. */
export function remedyOf(code: string): string | undefined {
  return Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
}

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
    const remedy = remedyOf(code)
    super(code, `${code}: ${text}`, { metadata, cause, ...(remedy && { remedy }) })
    this.name = 'TransportError'
  }
}

const CODE_AT_START = /^([A-Z]+(?:_[A-Z]+)+): /

/** The code at the start of a message that js-libp2p passed on; `undefined` when there is none. */
export function codeInMessage(message: string): string | undefined {
  return CODE_AT_START.exec(message)?.[1]
}
