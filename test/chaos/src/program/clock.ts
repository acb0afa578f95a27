/** CLOCK_MONOTONIC, ms: one clock for all processes of a host. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
