import type { z } from 'zod'
import type { Bench } from '../bench.js'
import { type Child, type Ended, runChild } from './child.js'
import { LIMIT_MS, LONG_LIMIT_MS, type Part, planOf } from './plan.js'
import { type BenchResult, PrintedReport } from './results.js'

export interface SuiteOptions {
  /** The program and the first arguments that run one bench: its name and flags follow. */
  readonly command: readonly [program: string, ...args: string[]]
  readonly rounds?: number
  readonly isLong: boolean
  readonly signal: AbortSignal
  /** Tells that a bench begins, and what came of it. */
  readonly onLine: (line: string) => void
}

/** One bench after the other, each in a process of its own: one that fails is a result that says so. */
export async function runAll(benches: readonly Bench[], options: SuiteOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const part of planOf(benches, options.rounds)) {
    const bench = benches.find(({ name }) => name === part.name)
    if (bench) results.push(await runOne(bench, part, options))
  }
  return results
}

async function runOne(bench: Bench, part: Part, options: SuiteOptions): Promise<BenchResult> {
  options.onLine(`${bench.name}: ${bench.summary}`)
  const begunMs = performance.now()
  const ended = await runChild(childOf(bench, part, options), options.signal)
  const durationMs = Math.round(performance.now() - begunMs)
  const result = resultOf(bench, part, durationMs, ended)
  options.onLine(
    `${bench.name}: ${result.outcome === 'ran' ? 'done' : result.error}, ${Math.round(durationMs / 1000)} s`,
  )
  return result
}

function childOf({ name, flags }: Bench, { rounds }: Part, { command, isLong }: SuiteOptions): Child {
  const [program, ...first] = command
  const long = isLong && flags?.includes('long') ? ['--long'] : []
  const args = [...first, name, '--json', '--rounds', String(rounds), ...long]
  return { program, args, limitMs: long.length > 0 ? LONG_LIMIT_MS : LIMIT_MS }
}

function resultOf({ name, summary }: Bench, { rounds }: Part, durationMs: number, ended: Ended): BenchResult {
  const base = { bench: name, summary, durationMs, rounds }
  if ('error' in ended) return { ...base, outcome: 'failed', error: ended.error }
  const read = PrintedReport.safeParse(ended.report)
  if (!read.success) return { ...base, outcome: 'failed', error: `its report is none: ${whatIsWrong(read.error)}` }
  const { backend = null, rows, ratios, figures, peers, bounds, notes } = read.data
  return { ...base, outcome: 'ran', backend, rows, ratios, figures, peers, bounds, notes }
}

function whatIsWrong({ issues: [first] }: z.ZodError): string {
  return first ? `${first.path.join('.')}: ${first.message}` : 'it does not say why'
}
