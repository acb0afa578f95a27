import type { PlantedBug } from './planted-bug.js'

/** What the simulator does in the place of the node's edge, done wrong. */
export const EDGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'commit-after-broadcast',
    what: 'a window is announced before it is durable',
    invariants: [11],
    host: 'commit-after-broadcast',
  },
  {
    name: 'journal-skipped',
    what: 'signatures are not journaled',
    invariants: [10, 11],
    host: 'journal-skipped',
  },
  {
    name: 'lost-fsync',
    what: 'writes return before they are durable',
    invariants: [2, 10, 11, 13],
    host: 'lost-fsync',
  },
  {
    name: 'stale-context-after-restart',
    what: 'the histories of the window before are restored',
    invariants: [0, 1, 9, 12, 13],
    host: 'stale-context-after-restart',
  },
  {
    name: 'forgets-votes-on-restart',
    what: 'votes and locks of the journal are not restored',
    invariants: [1, 10, 13],
    host: 'forgets-votes-on-restart',
  },
  { name: 'no-catch-up', what: 'a node that is behind asks nobody', invariants: [0], host: 'no-catch-up' },
]
