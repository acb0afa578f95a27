import { hashWithDomain } from '@montana/codec'

/** T_r(0): spec protocol 3.1. */
export const GENESIS_T_R = hashWithDomain('mt-timechain', new Uint8Array(32))

/** Largest number of steps of a window: spec protocol 3.1. */
export const MAX_D = 2 ** 32 - 1

/** Segments of a proof when nobody asks for another number: spec protocol 13.1. */
export const DEFAULT_CHECKPOINTS = 64
