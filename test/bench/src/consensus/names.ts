// Names of rows: what is measured makes them, what reads a report looks for them.

export const ENGINE_ALONE = 'engine alone, signatures checked before'
export const WITH_SIGNATURES = 'engine, every signature checked'
export const WITH_STORE = 'engine, durable store'
export const WITH_CLOCK = 'engine, every clock segment checked'
export const WITH_ALL = 'engine, signatures, store and clock'
export const GRIND = 'the proposer grinds a window, one core'
export const VERIFY = 'a follower checks its proof, one core'
