/** Names of this host that no name server can bind to it anew. */
export const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])
/** 128 bits in base64url are 22 characters. */
export const TOKEN_CHARACTERS_MIN = 24
/** Of the name of a field that is at fault: no field of ours is longer. */
export const FIELD_MAX_CHARACTERS = 64
/** Time after which a page that found no place for its stream asks again. */
export const STREAM_RETRY_S = 10
