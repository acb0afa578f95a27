import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.js'
import { readGoals, readRecords } from './goals.js'
import { hostOf } from './host.js'
import { judge } from './judge.js'
import { renderPage } from './page/page.js'
import { type BenchResult, RESULTS_SCHEMA, Results } from './results.js'
import { revisionOf } from './revision.js'
import { runAll, type SuiteOptions } from './run.js'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** Where goals and records lie, and results and page are written where nobody says otherwise. */
export const BENCH_FOLDER = join(ROOT, 'bench')

const MS_PER_S = 1000

/** Runs every bench and judges every goal. */
export async function measureAll(benches: readonly Bench[], options: SuiteOptions): Promise<Results> {
  // Before the benches: a mistake in one of the files must not cost a run.
  const goals = readGoals(join(BENCH_FOLDER, 'goals.json'))
  const records = readRecords(join(BENCH_FOLDER, 'records.json'))
  const host = hostOf()
  const revision = revisionOf(ROOT)
  const startedAt = new Date().toISOString()
  const begunMs = performance.now()
  const results = await runAll(benches, options)
  const durationMs = Math.round(performance.now() - begunMs)
  const whole = wholeRun(results, durationMs, options.isLong)
  const judged = judge(goals, records, [...results, whole])
  const about = { schema: RESULTS_SCHEMA, ...revision, startedAt, durationMs, isLong: options.isLong, host } as const
  return Results.parse({ ...about, benches: results, goals: judged })
}

/** The run itself has a goal too: how long it takes without the million accounts. */
function wholeRun(results: readonly BenchResult[], durationMs: number, isLong: boolean): BenchResult {
  const rounds = 1
  const about = { bench: 'all', summary: 'all benches', durationMs, rounds }
  if (results.some(({ outcome }) => outcome === 'failed')) return { ...about, outcome: 'failed', error: 'see above' }
  const none = { backend: null, rows: [], ratios: {}, peers: [], bounds: [], notes: [] }
  return { ...about, ...none, outcome: 'ran', figures: isLong ? {} : { seconds: durationMs / MS_PER_S } }
}

/** Both files, each whole at any instant. Returns their paths. */
export function writeResults(
  folder: string,
  results: Results,
  benches: readonly Bench[],
): [json: string, page: string] {
  mkdirSync(folder, { recursive: true })
  const json = place(folder, 'results.json', `${JSON.stringify(results, null, 2)}\n`)
  return [json, place(folder, 'index.html', renderPage(results, benches))]
}

function place(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(`${path}.tmp`, text)
  renameSync(`${path}.tmp`, path)
  return path
}
