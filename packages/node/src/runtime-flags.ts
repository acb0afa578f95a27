/**
 * V8 flags of a node process: docs/decisions/0003. By default the young generation grows to three semi-spaces of 16 MiB
 * and the old one is collected lazily; a node allocates little and steadily, and shares a host of 1 GB.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--optimize-for-size']

/** … and its environment: two malloc arenas instead of eight per core, for the same reason. */
export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' }
