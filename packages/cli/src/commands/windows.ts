import type { NodeVerdict, StoresReport, VerifyProgress } from '@montana/node'
import { parseOption, START_OPTIONS, type StartOptions } from '@montana/node/settings'
import { Command, Option } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { ProgressLine } from '../progress-line.js'
import { dataDirOf } from '../start-flags.js'
import { formatTable } from '../table.js'

const HEADER = ['node', 'first', 'last', 'proven', 'clock', 'certificates', 'gaps', 'faults']
/** A walk that ends sooner needs no progress line. */
const PROGRESS_AFTER_MS = 1_000
const PROGRESS_EVERY_MS = 250

interface VerifyFlags extends GlobalOptions {
  verify: string
}

export function windowsCommand(context: CliContext): Command {
  return new Command('windows').description('look at stored windows').addCommand(verifyCommand(context))
}

/** Exit 0 when everything is proven, 1 on a defect, 78 when there is no store. */
function verifyCommand(context: CliContext): Command {
  return new Command('verify')
    .description("prove the store of --data-dir, or those of a devnet's: every window from genesis; writes nothing")
    .addOption(new Option('--verify <POLICY>', 'clock values to recompute: full | sample:N | quorum').default('full'))
    .action(async (_: unknown, self: Command) => {
      const { json, quiet, verify } = self.optsWithGlobals<VerifyFlags>()
      const policy: StartOptions['verify'] = parseOption(START_OPTIONS.verify, verify, 'flag')
      const progress = new ProgressLine(process.stderr.isTTY === true && !quiet)
      const { signal } = context
      const notice = (line: string) => context.err(`montana: ${line}`)
      const onProgress = throttled(progress)
      const dataDir = dataDirOf(context, self)
      const { verifyDataDir } = await import('@montana/node')
      const report = await verifyDataDir({ dataDir, policy, signal, notice, onProgress }).finally(() =>
        progress.clear(),
      )
      if (json) context.json(report)
      else print(context, report)
      if (report.verdict === 'FAIL') context.exit(1)
    })
}

function print(context: CliContext, { verdict, nodes }: StoresReport): void {
  const rows = nodes.map((node) => {
    const { label, first, last, proven, recomputed, certificates, gaps, faultCount } = node
    return [label, first, last, proven, recomputed, certificates, gaps.length, faultCount]
  })
  context.out(formatTable(HEADER, rows))
  for (const node of nodes) for (const line of remarks(node)) context.out(`${node.label}: ${line}`)
  context.out(`verdict: ${verdict}`)
}

function remarks({ beginning, gaps, faults, faultCount }: NodeVerdict): string[] {
  const missing = gaps.map(({ from, to }) =>
    from === to ? `window ${from} is missing` : `windows ${from} to ${to} are missing`,
  )
  const found = faults.map(
    ({ window, code, message }) => `${window === null ? 'store' : `window ${window}`}: ${code}: ${message}`,
  )
  const begun = beginning === null ? [] : [beginningLine(beginning)]
  const hidden = faultCount - faults.length
  return [...begun, ...missing, ...found, ...(hidden > 0 ? [`and ${hidden} more faults`] : [])]
}

function beginningLine({ window, cause }: NonNullable<NodeVerdict['beginning']>): string {
  const why = cause === 'snapshot' ? `begun from the snapshot of window ${window}` : `pruned below window ${window}`
  return `${why}: linked from there, not replayed from genesis`
}

/** Rarely enough to be read. */
function throttled(line: ProgressLine): (step: VerifyProgress) => void {
  let nextAtMs = performance.now() + PROGRESS_AFTER_MS
  return ({ window, head, clockPending }) => {
    if (performance.now() < nextAtMs) return
    nextAtMs = performance.now() + PROGRESS_EVERY_MS
    line.show(`window ${window} of ${head}, ${clockPending} clock values to go`)
  }
}
