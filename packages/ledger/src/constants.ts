/** Length of every hash, key of a table and identifier: spec protocol 1.2, 2. */
export const HASH_BYTES = 32
/** ML-DSA-65, the only suite there is: spec protocol 1.4. */
export const SUITE_ML_DSA_65 = 0x0001
export const PUBLIC_KEY_BYTES = 1952
export const SIGNATURE_BYTES = 3309

/** Largest window that an account record can carry, and the largest value of its counters: spec protocol 5.1. */
export const U32_MAX = 2 ** 32 - 1
/** Largest balance, nɈ. */
export const U128_MAX = 2n ** 128n - 1n

/** Spec protocol 5.1. */
export const ACCOUNT_RECORD_BYTES = 2059
export const NODE_RECORD_BYTES = 2098
export const CANDIDATE_RECORD_BYTES = 2082
export const CHECKPOINT_COUNT = 6

/** Levels of the sparse Merkle tree, one per key bit: spec protocol 5.2. */
export const TREE_LEVELS = 256
/**
 * Leaves below one stub at most. As many as one chunk of a snapshot aims at (spec transport 14.5): a server then finds the
 * siblings of a chunk in memory, and hashing what is below a stub takes 5 ms.
 */
export const STUB_LEAVES_MAX = 128
/** Caps of an inclusion proof: spec protocol 5.2. */
export const MAX_PROOF_LEAF_BYTES = 4096
export const MAX_PROOF_SIBLINGS = 256

/** Spec protocol 4.1, 4.2. */
export const PROTOCOL_PARAMS_BYTES = 198
export const MAX_GENESIS_OPERATORS = 64
export const MAX_NAME_BYTES = 32
export const MAX_PROTOCOL_PAYLOAD_BYTES = 1_048_576
