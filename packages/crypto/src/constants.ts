/** Sizes of FIPS 204 ML-DSA-65 and FIPS 203 ML-KEM-768 objects: spec protocol 1.4. */
export const MLDSA_SEED_BYTES = 32
export const MLDSA_PUBLIC_KEY_BYTES = 1952
export const MLDSA_SECRET_KEY_BYTES = 4032
export const MLDSA_SIGNATURE_BYTES = 3309
/** d ‖ z. */
export const MLKEM_SEED_BYTES = 64
export const MLKEM_PUBLIC_KEY_BYTES = 1184
export const MLKEM_SECRET_KEY_BYTES = 2400
export const MLKEM_CIPHERTEXT_BYTES = 1088
export const MLKEM_SHARED_SECRET_BYTES = 32

/** The one suite in use: ML-DSA-65 (spec protocol 1.4). */
export const SUITE_MLDSA65 = 1

export const ENTROPY_BYTES = 32
export const MASTER_SEED_BYTES = 64
/** 2²⁰: spec protocol 2. */
export const MASTER_SEED_ITERATIONS = 1_048_576
/** ASCII; a salt, not a hash domain, hence without a trailing zero byte. */
export const MASTER_SEED_SALT = 'mt-seed'

/** libuv has four threads by default; one stays free for files and DNS (spec transport 9, rule 2). */
export const MAX_CRYPTO_IN_FLIGHT = 3

/** Imported verification keys kept; a mesh has tens of members and an import costs half of a verification. */
export const PUBLIC_KEY_CACHE_ENTRIES = 256
