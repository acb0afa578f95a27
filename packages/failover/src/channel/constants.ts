/** Spec three-mirror 11.2–11.4; where a number is ours, the reason stands beside it. */
export const ALPN_PROTOCOL = 'montana-node/1'
/** The one group that answers harvest-now-decrypt-later; classical X25519 beside it only by `keyExchange: prefer`. */
export const HYBRID_GROUP = 'X25519MLKEM768'
export const CLASSICAL_GROUP = 'X25519'
/** 256-bit suites of TLS 1.3 only. */
export const CIPHER_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'

export const CERTIFICATE_LIFE_MS = 90 * 24 * 60 * 60 * 1000
export const CERTIFICATE_RENEWAL_MS = 60 * 24 * 60 * 60 * 1000
/** How often it is looked whether a renewal is due: the wall clock may jump, and a timer of sixty days does not exist. */
export const RENEWAL_CHECK_MS = 60 * 1000
/** How far clocks of two hosts may be apart for a certificate that begins or ends. */
export const CLOCK_SKEW_MS = 5 * 60 * 1000

export const MAX_FRAME_BYTES = 1024 * 1024
/**
 * The limit is 10 s. Ours is shorter: a kernel repeats a lost SYN after 1, 3 and 7 s, a new attempt every two seconds
 * finds a healed link sooner.
 */
export const CONNECT_TIMEOUT_MS = 2000
export const HANDSHAKE_TIMEOUT_MS = 5000
/** A connection on which no frame was completed for so long is closed. */
export const SILENCE_MS = 30_000

export const HANDSHAKES_PER_SECOND = 10
export const MAX_UNFINISHED_HANDSHAKES = 32
/** Sources whose rate is remembered; the oldest is forgotten first. No special reason. */
export const MAX_RATED_SOURCES = 1024

/** First and longest pause before a host is dialled again. */
export const MIN_REDIAL_MS = 100
export const MAX_REDIAL_MS = 1000
/** Requests of one connection that are being answered; beyond that they are refused. No special reason. */
export const MAX_REQUESTS_IN_FLIGHT = 64
/** How long a closing connection may take to send what it has. */
export const CLOSE_GRACE_MS = 500
/** How long a replaced connection may still wait for answers: longer than any request of the agent. */
export const RETIRE_MS = 10_000

export const MAX_HOSTS = 64
export const MAX_POLICIES = 32
/** Raw bytes of a git bundle in one frame. */
export const MAX_CHUNK_BYTES = 512 * 1024
export const MAX_HISTORY_RECORDS = 256
