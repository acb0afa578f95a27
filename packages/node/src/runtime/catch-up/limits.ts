import { LIMITS } from '@montana/transport'

const MIB = 1_048_576
const KIB = 1_024

/** What bounds the fetching of one kind of thing, window by window. */
export interface PlanLimits {
  /** Nothing further than this beyond the head is asked for, windows. */
  readonly windowsAhead: number
  readonly windowsPerRequest: number
  readonly requestsPerPeer: number
  /** Held and on its way beyond the head, bytes; what the head waits for may exceed it by one request. */
  readonly bytesAhead: number
  /** The most that one answer holds, bytes. */
  readonly bytesPerRequest: number
  /** What the head waits for is asked of a second peer after this, ms. */
  readonly slowMs: number
}

/** A range is 256 windows (spec protocol 15.1): one is being applied while the next is on its way. */
const WINDOWS_AHEAD = 512
/** Far above what an answer of a megabyte takes on a poor line, well below its deadline of 15 s. */
const SLOW_MS = 5_000

/** 0x84 and, in `vote` networks, 0x90 beside it: spec transport 14.1. */
export const WINDOW_LIMITS: PlanLimits = {
  windowsAhead: WINDOWS_AHEAD,
  windowsPerRequest: 64,
  requestsPerPeer: LIMITS.ext.get(0x84)?.inFlight ?? 1,
  bytesAhead: 32 * MIB,
  bytesPerRequest: 2 * MIB,
  slowMs: SLOW_MS,
}

/** 0x82: spec transport 14.1. */
export const PROOF_LIMITS: PlanLimits = {
  windowsAhead: WINDOWS_AHEAD,
  windowsPerRequest: 32,
  requestsPerPeer: LIMITS.ext.get(0x82)?.inFlight ?? 1,
  bytesAhead: 8 * MIB,
  bytesPerRequest: 256 * KIB,
  slowMs: SLOW_MS,
}

/** One exchange: spec transport 14.1. */
export const REQUEST_TIMEOUT_MS = 15_000
/** A window whose clock value must be recomputed takes as long as the clock does; the deadline is per window. */
export const APPLY_TIMEOUT_MS = 300_000
/** How long the first peer that answers is not taken for the only one, when there is much to fetch. */
export const GATHER_MS = 3_000
/** Up to here a gap is closed at once with whoever told of it, windows. */
export const SMALL_GAP = 3
/** One window is missing: it is likely on its way, and fetched after this, ms. A round trip and a verification. */
export const GRACE_MS = 300
/** Whoever lacks no more than this follows, if a little late, windows. */
export const FOLLOWS_WITHIN = 1
