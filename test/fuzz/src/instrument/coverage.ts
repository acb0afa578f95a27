/** More than the probes of every module of ours together; a probe beyond it shares the place of another. */
export const MAX_PROBES = 1 << 17
/** Of one run: what was compared, and more is not looked at. */
const MAX_PAIRS = 64
/** Strings that are longer are no key words. */
const MAX_WORD_CHARACTERS = 200

export type Comparable = number | bigint | string
export type Pair = readonly [Comparable, Comparable]

/** What one run touched. The instrumented modules write it through the globals below; there is one per process. */
export class Coverage {
  readonly hits = new Uint8Array(MAX_PROBES)
  /** Probes that were hit, in the order of their first hit. */
  readonly touched = new Uint32Array(MAX_PROBES)
  count = 0
  /** Executed probes: what a run cost, the same on every host. */
  steps = 0
  /** Bytes or characters that were asked for at once or in parts by `new Uint8Array(n)` and its like. */
  allocated = 0
  isComparing = false
  readonly pairs: Pair[] = []

  reset(): void {
    for (let i = 0; i < this.count; i++) this.hits[this.touched[i] as number] = 0
    this.count = 0
    this.steps = 0
    this.allocated = 0
    this.pairs.length = 0
  }

  hit(probe: number): void {
    this.steps++
    const before = this.hits[probe] as number
    if (before === 0) this.touched[this.count++] = probe
    if (before < 255) this.hits[probe] = before + 1
  }

  compare(left: unknown, right: unknown): void {
    if (this.pairs.length >= MAX_PAIRS || !isComparable(left) || typeof left !== typeof right) return
    this.pairs.push([left, right as Comparable])
  }
}

function isComparable(value: unknown): value is Comparable {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_WORD_CHARACTERS
  return typeof value === 'number' || typeof value === 'bigint'
}

/** An allocation beyond this ends the run at once: the host must outlive the fuzzer. 256 MiB. */
export const MAX_ALLOCATION_BYTES = 256 * 1024 * 1024

/** Thrown in the place of an allocation that no limit table of ours allows. */
export class AllocationRefused extends Error {}

/** Makes the names that instrumented modules call. They are globals, for a module may run before its own first line. */
export function installGlobals(coverage: Coverage): void {
  let left: unknown
  const globals = {
    __fuzzHit: (probe: number) => coverage.hit(probe),
    /** Both sides of a comparison pass through; one inside the other mixes their pairs, which costs a useless trial. */
    __fuzzLeft<T>(value: T): T {
      left = value
      return value
    },
    __fuzzRight<T>(value: T): T {
      if (coverage.isComparing && (value as unknown) !== left) coverage.compare(left, value)
      return value
    },
    __fuzzSize<T>(size: T, width: number): T {
      if (typeof size !== 'number' || !(size > 0)) return size
      coverage.allocated += size * width
      if (size * width > MAX_ALLOCATION_BYTES) throw new AllocationRefused(`${size} × ${width} at once`)
      return size
    },
  }
  Object.assign(globalThis, globals)
}
