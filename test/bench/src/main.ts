import { parseArgs } from 'node:util'
import { errorMessage } from '@montana/foundation'
import type { Bench, BenchOptions } from './bench.js'
import { clockBench } from './clock/clock-bench.js'
import { consensusBench } from './consensus/consensus-bench.js'
import { mirrorBench } from './mirror/mirror-bench.js'
import { nodeBench } from './node/node-bench.js'
import { syncBench } from './sync/sync-bench.js'
import { transportBench } from './transport/transport-bench.js'

/** Every bench by its name on the command line. */
const BENCHES: readonly Bench[] = [clockBench, nodeBench, consensusBench, transportBench, mirrorBench, syncBench]

const DEFAULT_ROUNDS = 15
const MAX_ROUNDS = 1000
const MAX_WINDOWS = 10_000
/** More would not fit into the memory of an ordinary machine. */
const MAX_ACCOUNTS = 4_000_000
const EXIT_USAGE = 2

interface Command extends Omit<BenchOptions, 'progress'> {
  bench: Bench
  json: boolean
}

const FLAGS = {
  json: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  windows: { type: 'string' },
  accounts: { type: 'string' },
  long: { type: 'boolean' },
} as const

function parse(args: string[]): Command {
  const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true })
  const bench = benchOf(positionals)
  const foreign = (['windows', 'accounts', 'long'] as const).find(
    (flag) => values[flag] && !bench.flags?.includes(flag),
  )
  if (foreign) throw new Error(`--${foreign} means nothing to the bench '${bench.name}'`)
  const rounds = wholeNumber('rounds', values.rounds ?? `${DEFAULT_ROUNDS}`, MAX_ROUNDS)
  const { json, windows, accounts, long } = values
  return {
    bench,
    json,
    rounds,
    ...(long && { long }),
    ...(windows && { windows: wholeNumber('windows', windows, MAX_WINDOWS) }),
    ...(accounts && { accounts: accounts.split(',').map((size) => wholeNumber('accounts', size, MAX_ACCOUNTS)) }),
  }
}

function benchOf([name = '', ...others]: readonly string[]): Bench {
  const known = BENCHES.map((bench) => bench.name).join(', ')
  const bench = BENCHES.find((candidate) => candidate.name === name)
  if (!bench) throw new Error(`unknown bench '${name}'; one of ${known}`)
  if (others.length > 0) throw new Error(`one bench at a time; what is '${others[0]}'?`)
  return bench
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > max) throw new Error(`--${flag} is '${text}'; use 1…${max}`)
  return value
}

async function run({ bench, json, ...options }: Command): Promise<void> {
  const progress = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
  }
  const report = await bench.run({ ...options, progress })
  progress('')
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : bench.render(report))
}

function parseOrExit(): Command | undefined {
  try {
    return parse(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`error: ${errorMessage(error)}\n`)
    process.exitCode = EXIT_USAGE
    return undefined
  }
}

const command = parseOrExit()
if (command) await run(command)
