import { EXT_TYPE } from '@montana/network'

/** Where frozen states are read. */
export interface SnapshotSource {
  ask(type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

type SnapshotAnswer = (source: SnapshotSource, payload: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

function asked(type: number): readonly [number, SnapshotAnswer] {
  return [type, (source, payload, signal) => source.ask(type, payload, signal)]
}

/** Requests about a state that was frozen, answered by another thread: spec transport 14.5, protocol 14.1. */
export const SNAPSHOT_ANSWERS: ReadonlyMap<number, SnapshotAnswer> = new Map([
  asked(EXT_TYPE.snapshotManifest),
  asked(EXT_TYPE.snapshotChunk),
  asked(EXT_TYPE.rangeChunk),
  asked(EXT_TYPE.recordProof),
])
