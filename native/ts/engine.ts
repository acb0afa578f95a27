/** `progress` (steps), `checkpoint` (index, value), `done` (ms, result), `cancelled`, or an error code. */
export type JobCallback = (kind: string, value: number, bytes?: Uint8Array | null) => void

export interface EngineJob {
  /** The job answers with `cancelled`, unless it has already ended. */
  cancel(): void
}

/** The flat surface that the addon and the TypeScript reference both have; `createBackend` makes the public one of it. */
export interface Engine {
  readonly name: string
  readonly lanes: readonly number[]
  startClock(seed: Uint8Array, steps: number, checkpoints: number, reportMs: number, callback: JobCallback): EngineJob
  /** The result is one byte per segment; `lanes` 0 leaves the choice to the engine. */
  startVerify(
    starts: Uint8Array,
    ends: Uint8Array,
    steps: Float64Array,
    threads: number,
    lanes: number,
    callback: JobCallback,
  ): EngineJob
  /** The result is 32 bytes per chain. */
  startAdvance(
    starts: Uint8Array,
    steps: Float64Array,
    threads: number,
    lanes: number,
    callback: JobCallback,
  ): EngineJob
  /** The result is the hash of the subtree and, behind it, 32 bytes per record. */
  startHashSubtree(
    keys: Uint8Array,
    records: Uint8Array,
    recordBytes: number,
    height: number,
    threads: number,
    callback: JobCallback,
  ): EngineJob
  sha256Batch(items: Uint8Array, itemLength: number): Uint8Array
  merkleLeaf(record: Uint8Array): Uint8Array
  merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array
  merkleNodes(lefts: Uint8Array, rights: Uint8Array): Uint8Array
  merkleFold(key: Uint8Array, leafHash: Uint8Array, fromLevel: number, toLevel: number): Uint8Array
  merkleSubtree(keys: Uint8Array, leafHashes: Uint8Array, height: number, threads: number): Uint8Array
}
