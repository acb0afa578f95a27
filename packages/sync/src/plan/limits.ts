import { EXT_TYPE } from '@montana/network'
import { LIMITS } from '@montana/transport'

/** What each peer allows, and how a download is cut. */
export interface PlanLimits {
  /** Requests per second and peer, after a burst. */
  readonly perSecond: number
  readonly burst: number
  /** Requests open at one peer. */
  readonly inFlight: number
  /** Records of a chunk at most: spec transport 14.5. */
  readonly chunkRecords: number
  /** Part of the expected bytes that may be on the way at once, and so be lost by a kill. */
  readonly atRisk: number
  /** Chunks are not made smaller than what keeps a download of 100 000 records within this time. */
  readonly patienceMs: number
}

/** Stay this far below the remote's rate: its clock may be slower. The same as the mesh does. */
const MARGIN = 0.9
const CHUNK = LIMITS.ext.get(EXT_TYPE.snapshotChunk)

export const DEFAULT_LIMITS: PlanLimits = {
  perSecond: (CHUNK?.perSecond ?? 1) * MARGIN,
  burst: Math.max(1, (CHUNK?.burst ?? 1) - 1),
  inFlight: CHUNK?.inFlight ?? 1,
  chunkRecords: 128,
  atRisk: 0.001,
  patienceMs: 60_000,
}

/** A smaller chunk is mostly overhead. No special reason for the figure. */
const MIN_CHUNK_RECORDS = 8
const PATIENCE_RECORDS = 100_000
/** Of small downloads too: below this time chunks are not worth being small. */
const MIN_PATIENCE_MS = 5_000

/**
 * Records per chunk for a download of `total` records from `peers` peers: so few that one chunk per peer is no more than
 * the part at risk, where the rates allow it.
 */
export function chunkRecords(total: number, peers: number, limits: PlanLimits): number {
  const { perSecond, burst, atRisk, patienceMs } = limits
  const sources = Math.max(1, peers)
  const ms = Math.min(patienceMs, Math.max(MIN_PATIENCE_MS, (patienceMs * total) / PATIENCE_RECORDS))
  const requests = sources * (burst + (perSecond * ms) / 1000)
  const wanted = Math.max((total * atRisk) / sources, total / requests, MIN_CHUNK_RECORDS)
  return Math.min(limits.chunkRecords, wanted)
}
