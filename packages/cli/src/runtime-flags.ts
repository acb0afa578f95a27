/**
 * V8 flags of a node process. The young generation of V8 may grow to three semi-spaces of 16 MiB; a node allocates
 * little and steadily, so 2 MiB cost nothing and save about 40 MB of resident memory (measured: 153 → 110 MB).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2']
