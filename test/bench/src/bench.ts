/** One measured thing. */
export interface Row {
  name: string
  /** Hash steps per second, median over the rounds. */
  stepsPerSecond: number
  /** The slowest and the fastest round, for whoever doubts the median. */
  slowest: number
  fastest: number
}

/** What `--json` prints; the table shows rows, ratios and notes. */
export interface BenchReport {
  bench: string
  rows: readonly object[]
  ratios: Record<string, number>
  notes: string[]
  /** The machine and whatever else belongs to one bench alone. */
  [detail: string]: unknown
}

export interface BenchOptions {
  /** Interleaved repeats; the median counts. */
  rounds: number
  /** Windows of a recorded history; only for benches that take the flag. */
  windows?: number
  /** Sizes of the account table, ascending; only for benches that take the flag. */
  accounts?: readonly number[]
  /** The sizes of a long run too; only for benches that take the flag. */
  long?: boolean
  /** Shown while the bench runs; never on stdout. */
  progress(line: string): void
}

export interface Bench {
  readonly name: string
  readonly summary: string
  /** Flags besides `--json` and `--rounds` that mean something to this bench. */
  readonly flags?: readonly ('windows' | 'accounts' | 'long')[]
  run(options: BenchOptions): Promise<BenchReport>
  /** The report for people. */
  render(report: BenchReport): string
}
