import { CodecError } from '@montana/codec'
import { isAbort, TimeoutError } from '@montana/foundation'
import {
  EXT_ERROR,
  ExtError,
  NetworkError,
  type RangeChunk,
  type RangeChunkRequest,
  type SnapshotChunk,
  type SnapshotChunkRequest,
  type SnapshotManifest,
} from '@montana/network'

/**
 * One node that can be asked for a snapshot. Its methods return decoded answers and reject with what a mesh and the
 * decoders throw: {@link ExtError} for an Error answer, {@link CodecError} for an answer to another question,
 * {@link NetworkError} where there was none.
 */
export interface SyncPeer {
  readonly id: string
  /** For people. */
  readonly label?: string
  /** What it says of itself; `snapshotWindow` 0 = serves none. */
  status(): { readonly window: number; readonly snapshotWindow: number }
  manifest(window: number, signal: AbortSignal): Promise<SnapshotManifest>
  chunk(request: SnapshotChunkRequest, signal: AbortSignal): Promise<SnapshotChunk>
  range(request: RangeChunkRequest, signal: AbortSignal): Promise<RangeChunk>
  /** The cemented envelope of a window. */
  envelope(window: number, signal: AbortSignal): Promise<Uint8Array>
  certificate(window: number, signal: AbortSignal): Promise<Uint8Array>
}

/** Why a peer did not give what it was asked for. */
export type PeerFault =
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'tooLarge' | 'missing' | 'failed' | 'lied' }

const KINDS: ReadonlyMap<number, 'tooLarge' | 'missing' | 'failed'> = new Map([
  [EXT_ERROR.notFound, 'missing'],
  [EXT_ERROR.tooLarge, 'tooLarge'],
  [EXT_ERROR.denied, 'missing'],
  [EXT_ERROR.unsupportedType, 'missing'],
])

/** Throws `error` again where it is no fault of a peer. */
export function peerFault(error: unknown): PeerFault {
  if (error instanceof CodecError) return { kind: 'lied' }
  if (error instanceof NetworkError) return { kind: networkFault(error) }
  if (error instanceof TimeoutError || isAbort(error)) return { kind: 'failed' }
  if (!(error instanceof ExtError)) throw error
  const { extCode, retryAfterMs } = error
  if (extCode === EXT_ERROR.busy || extCode === EXT_ERROR.rateLimited) return { kind: 'busy', retryAfterMs }
  return { kind: KINDS.get(extCode) ?? 'failed' }
}

function networkFault({ code }: NetworkError): 'lied' | 'missing' | 'failed' {
  if (code === 'EXT_PROTOCOL') return 'lied'
  return code === 'EXT_UNSUPPORTED' ? 'missing' : 'failed'
}
