/** The genesis operators, of equal weight: with 67 % a quorum needs four of five. */
export const LABELS = ['ada', 'bob', 'cyd', 'dan', 'eve'] as const
export type Label = (typeof LABELS)[number]
export const QUORUM = 4

/**
 * Shortest time between two windows, ms: five clocks share the host, and pacing leaves them most of it. A link that was cut
 * for ten seconds may be silent for six more, until TCP tries again; three windows must be longer than that.
 */
export const WINDOW_MS = 4_000
/** Steps of a window: 50 ms of one core of a current host, enough for a proof of 256 segments. */
export const D0 = 250_000

/** Where a node listens on its own machine; others reach it through the links in front of it. */
export const NODE_PORT = 8444
/** The link that comes from the n-th machine. */
export const LINK_PORT_BASE = 9000
