import { EDGE_BUGS } from './edge-bugs.js'
import { LEDGER_BUGS, LIVENESS_BUGS, VOTE_BUGS } from './engine-bugs.js'
import type { PlantedBug } from './planted-bug.js'

/** Every one of them must be found, or the oracles prove nothing: reliability goal 4. */
export const PLANTED_BUGS: readonly PlantedBug[] = [...EDGE_BUGS, ...VOTE_BUGS, ...LIVENESS_BUGS, ...LEDGER_BUGS]
