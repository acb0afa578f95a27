interface Sample {
  readonly atMs: number
  readonly rttMs: number
}

/** Round trips of the last minutes; a peer adds one every 5 s, so it stays at some sixty samples. */
export class RttWindow {
  readonly #windowMs: number
  #samples: Sample[] = []
  /** Of the latest round trip ever; undefined before the first. */
  latestAtMs: number | undefined

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(rttMs: number, nowMs: number): void {
    this.#trim(nowMs)
    this.#samples.push({ atMs: nowMs, rttMs })
    this.latestAtMs = nowMs
  }

  /** Nearest-rank percentile in ms; `undefined` without a sample. `fraction` 0.5 is the median. */
  percentile(fraction: number, nowMs: number): number | undefined {
    this.#trim(nowMs)
    const sorted = this.#samples.map((sample) => sample.rttMs).sort((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)]
  }

  #trim(nowMs: number): void {
    const first = this.#samples.findIndex((sample) => sample.atMs > nowMs - this.#windowMs)
    if (first !== 0) this.#samples = first === -1 ? [] : this.#samples.slice(first)
  }
}
