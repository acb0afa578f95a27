import { parseArgs } from 'node:util'
import { errorMessage } from '@montana/foundation'
import type { Bench } from './bench.js'
import { clockBench } from './clock/clock-bench.js'
import { nodeBench } from './node/node-bench.js'

/** Every bench by its name on the command line. */
const BENCHES: readonly Bench[] = [clockBench, nodeBench]

const DEFAULT_ROUNDS = 15
const MAX_ROUNDS = 1000
const EXIT_USAGE = 2

interface Command {
  bench: Bench
  json: boolean
  rounds: number
}

function parse(args: string[]): Command {
  const options = { json: { type: 'boolean', default: false }, rounds: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [name = '', ...others] = positionals
  const known = BENCHES.map((bench) => bench.name).join(', ')
  const bench = BENCHES.find((candidate) => candidate.name === name)
  if (!bench) throw new Error(`unknown bench '${name}'; one of ${known}`)
  if (others.length > 0) throw new Error(`one bench at a time; what is '${others[0]}'?`)
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS)
    throw new Error(`--rounds is '${values.rounds}'; use 1…${MAX_ROUNDS}`)
  return { bench, json: values.json, rounds }
}

async function run({ bench, json, rounds }: Command): Promise<void> {
  const progress = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
  }
  const report = await bench.run({ rounds, progress })
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
