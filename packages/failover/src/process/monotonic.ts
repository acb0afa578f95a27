const NS_PER_US = 1_000n
const US_PER_MS = 1_000

/** CLOCK_MONOTONIC in milliseconds, the same in every thread and process of this host; `performance.now()` is not. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / NS_PER_US) / US_PER_MS
}
