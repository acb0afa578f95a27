import { hashWithDomain } from '@montana/codec'

/** T_r(0): spec protocol 3.1. */
export const GENESIS_T_R = hashWithDomain('mt-timechain', new Uint8Array(32))

export const VALUE_BYTES = 32

/** Largest number of steps of a window: spec protocol 3.1. */
export const MAX_D = 2 ** 32 - 1

/** Segments of a proof when nobody asks for another number: spec protocol 13.1. */
export const DEFAULT_CHECKPOINTS = 64

/** Segments of any proof: spec protocol 13.1, 13.4. */
export const MIN_PROOF_SEGMENTS = 8
export const MAX_TIMECHAIN_SEGMENTS = 256
export const MAX_CANDIDATE_SEGMENTS = 32_767

/** D of the production genesis: spec protocol 3.1. */
export const PRODUCTION_D = 325_000_000

/** What a window of production D is meant to take: spec protocol 3.1. */
export const TARGET_WINDOW_SECONDS = 60
