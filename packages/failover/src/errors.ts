import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** A verified peer is exactly one of the registry; each refusal has its own code. Spec three-mirror 11.3. */
export type PeerErrorCode =
  | 'PEER_NO_CERT'
  | 'PEER_CERT_EXPIRED'
  | 'PEER_CERT_EARLY'
  | 'PEER_SIGNATURE'
  | 'PEER_NAME'
  | 'PEER_ADDRESS'
  | 'PEER_UNKNOWN'
  | 'PEER_KEY_FOREIGN'
  | 'PEER_KEY_TYPE'
  | 'PEER_REVOKED'
  | 'PEER_BINDING'
  | 'PEER_SELF'
  | 'KEX_CLASSICAL'
  | 'ALPN'
  | 'SESSION_REUSED'

export type FailoverErrorCode =
  | PeerErrorCode
  | 'FRAME_INVALID'
  | 'FRAME_TOO_LARGE'
  | 'CHANNEL_CLOSED'
  | 'CHANNEL_REFUSED'
  | 'WITNESS_REFUSED'
  | 'WITNESS_UNREACHABLE'
  | 'LEASE_TTL_RAISED'
  | 'ETCD_UNREACHABLE'
  | 'ETCD_REFUSED'
  | 'ETCD_ANSWER_INVALID'
  | 'EPOCH_STALE'
  | 'EPOCH_MISSING'
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'FENCE_REFUSED'
  | 'REF_MOVED'
  | 'GIT_FAILED'
  | 'HOOK_FAILED'
  | 'AGENT_LOCKED'
  | 'AGENT_UNREACHABLE'
  | 'RULE_REFUSED'

/** A failure while running; exit 1. Wrong configuration is a ConfigError (78) instead. */
export class FailoverError extends MontanaError {
  declare readonly code: FailoverErrorCode

  constructor(code: FailoverErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'FailoverError'
  }
}
