import type { VerifyPolicy } from '@montana/consensus'
import type { SignatureVerifier } from '@montana/crypto'
import type { RandomSource } from '@montana/foundation'
import type { MerkleHasher } from '@montana/ledger'
import type { ReadStore } from '@montana/store'

/** Something in a store that is not as the rules make it. */
export interface StoreFault {
  /** `null` where the fault belongs to no window. */
  readonly window: number | null
  /** A rejection code of spec protocol 10.1, `STORE_…`, `TIMECHAIN_MISMATCH`, `CERTIFICATE_INVALID`, `STATE_DIVERGED`. */
  readonly code: string
  readonly message: string
}

/** Windows without an envelope, both ends inclusive. */
export interface WindowGap {
  readonly from: number
  readonly to: number
}

export interface Beginning {
  readonly window: number
  /** The store was begun from a snapshot, or older windows were pruned. */
  readonly cause: 'snapshot' | 'pruned'
}

export interface NodeVerdict {
  readonly label: string
  /** Lowest and highest window with a stored envelope, `null` when there is none. */
  readonly first: number | null
  readonly last: number | null
  /** Where the stored windows begin on purpose; from there they are linked, not replayed. `null`: at genesis. */
  readonly beginning: Beginning | null
  readonly gaps: readonly WindowGap[]
  /** At most 100, ascending by window. */
  readonly faults: readonly StoreFault[]
  readonly faultCount: number
  /** Windows that the replay from genesis accepted and whose stored hashes agree. */
  readonly proven: number
  /** Clock values recomputed; less than `proven` under a policy other than full. */
  readonly recomputed: number
  /** Certificates checked. A window may have none: they form only where a quorum of attestations arrived. */
  readonly certificates: number
}

export interface StoresReport {
  readonly verdict: 'PASS' | 'FAIL'
  readonly nodes: readonly NodeVerdict[]
}

/** `steps` hashes of `start` are claimed to give `end`. */
export interface ClockSegment {
  readonly start: Uint8Array
  readonly end: Uint8Array
  readonly steps: number
}

/** Recomputes many segments at once, on every core; one verdict per segment. */
export type SegmentVerifier = (segments: readonly ClockSegment[], signal: AbortSignal) => Promise<readonly boolean[]>

export interface VerifyProgress {
  readonly window: number
  /** Highest window of all stores. */
  readonly head: number
  /** Clock values that still have to be recomputed before the report is complete. */
  readonly clockPending: number
}

/** What a store holds for one window, and how much of the weight has signed it. */
export interface WalkedRow {
  readonly label: string
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly stateRoot: Uint8Array
  /** Of the signers of its certificate; undefined where there is none, it is not valid, or the replay did not get there. */
  readonly weight: number | undefined
  /** Of all active members in the state before the window. */
  readonly active: number | undefined
}

export interface VerifyModules {
  readonly verifySignature: SignatureVerifier
  readonly verifySegments: SegmentVerifier
  readonly policy: VerifyPolicy
  readonly random: RandomSource
  readonly signal: AbortSignal
  readonly hasher?: MerkleHasher
  onProgress?(progress: VerifyProgress): void
  readonly onWindow?: ((row: WalkedRow) => void) | undefined
}

/** A store to be proven; it is opened again when a node starts or stops on it meanwhile. */
export interface StoreTarget {
  readonly label: string
  open(): ReadStore
}
