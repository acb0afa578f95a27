import type { Peer } from '@montana/bench-peers'
import type { PhysicalBound } from './bounds/bound.js'

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
  /** Quotients, each named `aToB`. */
  ratios: Record<string, number>
  /** What goals ask for and no ratio says; the unit ends the name. What was not measured is left out. */
  figures: Record<string, number>
  /** What was measured beside ours, in the same run. */
  peers: readonly Peer[]
  bounds: readonly PhysicalBound[]
  notes: string[]
  /** The machine and whatever else belongs to one bench alone. */
  [detail: string]: unknown
}

/** What a table for people needs of it. */
export type ShownReport = Pick<BenchReport, 'rows' | 'ratios' | 'notes'>

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
  render(report: ShownReport): string
  /** The rows for the page. */
  tables(report: Pick<BenchReport, 'rows'>): Table[]
}

/** Rows as the page shows them. */
export interface Table {
  readonly caption: string
  /** The first one names the row; the others are numbers with their unit in the head. */
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
}

export interface TableRow {
  readonly cells: readonly string[]
  /** Length of the bar, as a share of the longest one: 0 to 1. */
  readonly bar?: number
}
