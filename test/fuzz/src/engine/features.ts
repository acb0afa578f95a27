import { type Coverage, MAX_PROBES } from '../instrument/coverage.js'

/** Counts that are told apart: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more. One bit each. */
const BUCKETS = Uint8Array.from({ length: 256 }, (_, hits) => {
  const limits = [1, 2, 3, 7, 15, 31, 127, 255]
  return hits === 0 ? 0 : 1 << limits.findIndex((limit) => hits <= limit)
})

/** What all inputs of one target together have shown: for each probe the counts that were seen. */
export class Features {
  readonly #seen = new Uint8Array(MAX_PROBES)
  /** Pairs of probe and count. */
  count = 0

  /** Adds what the last run touched; how many of it were new. */
  add(coverage: Coverage): number {
    let added = 0
    for (let i = 0; i < coverage.count; i++) {
      const probe = coverage.touched[i] as number
      const bit = BUCKETS[coverage.hits[probe] as number] as number
      const before = this.#seen[probe] as number
      if ((before & bit) !== 0) continue
      this.#seen[probe] = before | bit
      added++
    }
    this.count += added
    return added
  }

  /** Probes that were reached at all. */
  probes(): number {
    return this.#seen.reduce((sum, bits) => sum + (bits === 0 ? 0 : 1), 0)
  }
}
