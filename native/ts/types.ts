/** What hashes: Rust with SHA instructions (x86 SHA-NI or ARMv8), plain Rust, or the TypeScript reference. */
export type BackendName = 'native-shani' | 'native-portable' | 'typescript'

/** Chains per core: interleaved in scalar or SHA registers (1, 2, 4), or one per vector element (8 with AVX2, 16 with AVX-512). */
export type Lanes = 1 | 2 | 4 | 8 | 16

export interface ClockInit {
  /** 32 bytes. */
  seed: Uint8Array
  /** 1 … 2^32−1. */
  steps: number
  /** Number of segments k, 1 … min(65535, steps); the k−1 values between them are kept. Default 1: none. */
  checkpoints?: number
  /** About ten times a second. */
  onProgress?: (stepsDone: number) => void
  /** The value after floor(steps·index/k) steps, as soon as it is known; index 1 … k−1. */
  onCheckpoint?: (index: number, value: Uint8Array) => void
  signal?: AbortSignal
}

export interface ClockResult {
  /** SHA-256 applied `steps` times to the seed. */
  value: Uint8Array
  /** (k−1)·32 bytes, in order: spec protocol 13.1. */
  checkpoints: Uint8Array
  elapsedMs: number
  steps: number
}

export interface ClockRun {
  /** Rejects with AbortError once a cancelled clock has really stopped. */
  readonly result: Promise<ClockResult>
  cancel(): void
}

export interface VerifyInit {
  /** n·32 bytes each. */
  starts: Uint8Array
  ends: Uint8Array
  /** n numbers, each 1 … 2^32−1. */
  steps: readonly number[]
  /** Default: one per core. */
  threads?: number
  /** Default: what a short measurement on this CPU found fastest. */
  lanes?: Lanes
  signal?: AbortSignal
}

export interface AdvanceInit extends Pick<VerifyInit, 'starts' | 'steps' | 'threads' | 'lanes' | 'signal'> {}

export interface HashOptions {
  /** Default: one per core. */
  threads?: number
  signal?: AbortSignal
}

export interface SubtreeHashes {
  /** Hash of the subtree at its height, 32 bytes. */
  root: Uint8Array
  /** 32 bytes per record, in the order of the keys. */
  leaves: Uint8Array
}

/** The hot path, behind one interface whatever runs it. Misuse throws a MontanaError with a `NATIVE_BAD_…` code before any work. */
export interface HashBackend {
  readonly name: BackendName
  /** The numbers of lanes that `verifySegments` accepts here, ascending. */
  readonly lanes: readonly Lanes[]
  /** Grinds on a thread of its own; never on the event loop or the libuv pool. */
  startClock(init: ClockInit): ClockRun
  /** Whether each segment leads from its start to its end; rejects with AbortError. */
  verifySegments(init: VerifyInit): Promise<boolean[]>
  /** Where each chain arrives after its steps, n·32 bytes, computed as `verifySegments` does; rejects with AbortError. */
  advanceChains(init: AdvanceInit): Promise<Uint8Array>
  /** SHA-256 of each of the equally long items; 32 bytes per item. */
  sha256Batch(items: Uint8Array, itemLength: number): Uint8Array
  /** H("mt-merkle-leaf", record). */
  merkleLeaf(record: Uint8Array): Uint8Array
  /** H("mt-merkle-node", left ‖ right). */
  merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array
  /** The parents of n pairs; n·32 bytes each. */
  merkleNodes(lefts: Uint8Array, rights: Uint8Array): Uint8Array
  /** Lifts a hash from `fromLevel` to `toLevel` (0 … 256) with empty siblings: a subtree with a single leaf. Spec protocol 5.2. */
  merkleFold(key: Uint8Array, leafHash: Uint8Array, fromLevel: number, toLevel: number): Uint8Array
  /** Root of the subtree of `height` that holds exactly these leaves; keys n·32 bytes, strictly ascending in tree order. */
  merkleSubtree(keys: Uint8Array, leafHashes: Uint8Array, height: number): Uint8Array
  /**
   * Leaf hashes of records and the root of the subtree of `height` that holds exactly them, off the event loop. Keys n·32
   * bytes, strictly ascending in tree order; records n·recordBytes bytes in the same order. Rejects with AbortError.
   */
  hashSubtree(
    keys: Uint8Array,
    records: Uint8Array,
    recordBytes: number,
    height: number,
    options?: HashOptions,
  ): Promise<SubtreeHashes>
}
