import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.js'
import { readGoals } from './goals.js'
import { lostFigures } from './judge.js'
import { BENCH_FOLDER, measureAll, writeResults } from './suite.js'
import { renderText } from './text.js'

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))
const EXIT_FAILED = 1
const EXIT_INTERRUPTED = 130

export interface SuiteCommand {
  readonly json: boolean
  readonly rounds?: number
  readonly isLong: boolean
  /** The folder that gets results and page; else `bench/` of the checkout. */
  readonly out?: string
}

/** `npm run bench`: every bench, then results and page. Resolves to the exit code: 1 when a bench failed or lost a figure. */
export async function runSuite(benches: readonly Bench[], command: SuiteCommand): Promise<number> {
  const { json, rounds, isLong } = command
  const signal = untilInterrupted()
  const options = {
    command: [process.execPath, MAIN] as const,
    isLong,
    signal,
    onLine: note,
    ...(rounds && { rounds }),
  }
  try {
    const results = await measureAll(benches, options)
    const [file, page] = writeResults(resolve(command.out ?? BENCH_FOLDER), results, benches)
    process.stdout.write(json ? `${JSON.stringify(results)}\n` : renderText(results))
    note(`results: ${file}`)
    note(`page: ${page}`)
    const lost = lostFigures(readGoals(join(BENCH_FOLDER, 'goals.json')), results.benches)
    for (const line of lost) note(`lost: ${line}`)
    return lost.length > 0 || results.benches.some(({ outcome }) => outcome === 'failed') ? EXIT_FAILED : 0
  } catch (error) {
    if (!signal.aborted) throw error
    note('interrupted: nothing was written')
    return EXIT_INTERRUPTED
  }
}

/** Aborts when somebody asks for the end, or when the process that holds the other end of our tether is gone. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.once(event, () => interrupted.abort())
  process.channel?.unref()
  return interrupted.signal
}

function note(line: string): void {
  process.stderr.write(`bench: ${line}\n`)
}
