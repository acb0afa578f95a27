/** Spec three-mirror 6.2: a renewal is sent every half second, so its answer may take no longer. */
export const REQUEST_TIMEOUT_MS = 500
/** The password is hashed with bcrypt in the cluster: tens of milliseconds on an idle host. */
export const AUTHENTICATE_TIMEOUT_MS = 2000
/** The watch alone is never trusted. Spec three-mirror 6.2. */
export const READ_EVERY_MS = 1000
/** A cluster that refused a lease, or raised its time too far, is asked again after this: its operator has to act first. */
export const TTL_RETRY_MS = 30_000
/** Of a watch that ended, before the next one; short, because reads go on meanwhile. */
export const WATCH_RETRY_MS = 250

/** 64 candidates of 300 bytes are 26 KiB in base64; a larger answer is not one to our questions. */
export const ANSWER_BYTES_MAX = 256 * 1024
export const PASSWORD_BYTES_MAX = 4096
/** Names are of 32 characters and an address of 45: 200 bytes. */
export const VALUE_CHARS_MAX = 1024

/** The epoch was raised by somebody between reading and asking: so often one tries again within one acquisition. */
export const ACQUIRE_ATTEMPTS = 3
