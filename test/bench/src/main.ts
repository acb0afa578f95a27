import { errorMessage } from '@montana/foundation'
import type { Bench } from './bench.js'
import { clockBench } from './clock/clock-bench.js'
import { type AllBenches, type OneBench, parseCommand } from './command-line.js'
import { consensusBench } from './consensus/consensus-bench.js'
import { mirrorBench } from './mirror/mirror-bench.js'
import { nodeBench } from './node/node-bench.js'
import { runSuite } from './suite/command.js'
import { syncBench } from './sync/sync-bench.js'
import { transportBench } from './transport/transport-bench.js'

/** Every bench by its name on the command line. */
const BENCHES: readonly Bench[] = [clockBench, nodeBench, consensusBench, transportBench, mirrorBench, syncBench]

const EXIT_USAGE = 2
const EXIT_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

async function runOne({ bench, json, ...options }: OneBench): Promise<void> {
  endWithParent()
  const progress = (line: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
  }
  const report = await bench.run({ ...options, progress })
  progress('')
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : bench.render(report))
}

/**
 * A run of all benches, or npm's process, holds the other end: what it began does not outlive it. An exit, rather than a
 * death by the signal, takes the temporary folders along.
 */
function endWithParent(): void {
  for (const [signal, code] of Object.entries(EXIT_OF_SIGNAL)) process.once(signal, () => process.exit(code))
  if (!process.channel) return
  process.once('disconnect', () => process.exit(EXIT_OF_SIGNAL.SIGHUP))
  process.channel.unref()
}

async function run(command: OneBench | AllBenches): Promise<void> {
  if (command.bench) await runOne(command)
  else process.exitCode = await runSuite(BENCHES, command)
}

function parseOrExit(): OneBench | AllBenches | undefined {
  try {
    return parseCommand(process.argv.slice(2), BENCHES)
  } catch (error) {
    process.stderr.write(`error: ${errorMessage(error)}\n`)
    process.exitCode = EXIT_USAGE
    return undefined
  }
}

const command = parseOrExit()
if (command) await run(command)
