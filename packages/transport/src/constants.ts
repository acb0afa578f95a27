/** Sizes of FIPS 203 and FIPS 204 objects and of the handshake cores, in bytes: spec transport 4.1, 4.2. */
export const IDENTITY_KEY_BYTES = 1952
export const SIGNATURE_BYTES = 3309
export const KEM_KEY_BYTES = 1184
export const KEM_CIPHERTEXT_BYTES = 1088

export const MESSAGE_1_BYTES = KEM_KEY_BYTES
export const MESSAGE_2_BYTES = KEM_KEY_BYTES + KEM_CIPHERTEXT_BYTES + IDENTITY_KEY_BYTES + SIGNATURE_BYTES
export const MESSAGE_3_BYTES = KEM_CIPHERTEXT_BYTES + IDENTITY_KEY_BYTES + SIGNATURE_BYTES

/** Random padding of a handshake message: u16(random) mod 1025 bytes. Spec transport 4.2. */
export const MAX_PAD_BYTES = 1024

/** Frames after the handshake: `len (u16 BE) ‖ ciphertext ‖ tag`. Spec transport 7.1. */
export const FRAME_PREFIX_BYTES = 2
export const TAG_BYTES = 16
export const MAX_FRAME_BODY_BYTES = 0xffff
export const NONCE_BYTES = 12
