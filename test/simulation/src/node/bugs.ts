/** Planted faults of a node's edge, for tests of the oracles only; faults of the engine are patched into it at load. */
export type HostBug =
  | 'commit-after-broadcast'
  | 'journal-skipped'
  | 'lost-fsync'
  | 'stale-context-after-restart'
  | 'forgets-votes-on-restart'
  | 'no-catch-up'
