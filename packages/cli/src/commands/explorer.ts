import { join, resolve } from 'node:path'
import { createJobMetrics } from '@montana/fleet'
import type { MetricsRegistry } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { METRICS_FILE_FLAG, withMetricsFile } from './soak/metrics-file.js'
import { readPollerOptions } from './soak/options.js'

const DEFAULT_OUT = 'data.json'

/** Of `job_period_s` in the thresholds of the watchdog. */
const JOB = 'explorer'
const MS_PER_S = 1_000

interface ExportFlags extends GlobalOptions {
  out?: string
  page?: boolean
  metricsFile?: string
}

export function explorerCommand(context: CliContext): Command {
  const command = new Command('export')
    .description('ask the nodes of --config or --data-dir once, and publish data.json for a static page')
    .option('--out <file>', `where it is published, in one step (default: ${DEFAULT_OUT} beside the soak file)`)
    .option('--page', 'put the page that shows it beside it: index.html and what that loads')
    .option(...METRICS_FILE_FLAG)
    .action(async (_, self: Command) => await publish(context, self.optsWithGlobals<ExportFlags>()))
  return new Command('explorer')
    .description('what everybody may see of a mesh: labels, no addresses')
    .addCommand(command)
}

async function publish(context: CliContext, flags: ExportFlags): Promise<void> {
  const { nodes, path: soakPath } = await readPollerOptions(context, flags)
  const { exportExplorer } = await import('@montana/console')
  const out = resolve(flags.out ?? join(soakPath, '..', DEFAULT_OUT))
  const data = await withMetricsFile(context, flags.metricsFile, async (metrics) => {
    const page = flags.page ?? false
    return await counted(metrics, () => exportExplorer({ nodes, out, soakPath, page, signal: context.signal }))
  })
  if (flags.json) return context.json(data)
  const { active_nodes, total_nodes, discovered_peer_count, max_window } = data.network_summary
  const peers = `${discovered_peer_count} ${discovered_peer_count === 1 ? 'peer' : 'peers'} outside the manifest`
  context.out(`${out}: ${active_nodes} of ${total_nodes} nodes active at window ${max_window ?? 'unknown'}, ${peers}`)
}

/** As the records of other jobs, in the form that the watchdog's finding F-SYNC knows. */
async function counted<T>(metrics: MetricsRegistry, work: () => Promise<T>): Promise<T> {
  const { lastSuccess, runs } = createJobMetrics(metrics)
  try {
    const result = await work()
    lastSuccess.set({ job: JOB }, Math.round(Date.now() / MS_PER_S))
    runs.inc({ job: JOB, result: 'ok' })
    return result
  } catch (error) {
    runs.inc({ job: JOB, result: 'failed' })
    throw error
  }
}
