import { join, resolve } from 'node:path'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { readPollerOptions } from './soak/options.js'

const DEFAULT_OUT = 'data.json'

interface ExportFlags extends GlobalOptions {
  out?: string
}

export function explorerCommand(context: CliContext): Command {
  const command = new Command('export')
    .description('ask the nodes of --config or --data-dir once, and publish data.json for a static page')
    .option('--out <file>', `where it is published, in one step (default: ${DEFAULT_OUT} beside the soak file)`)
    .action(async (_, self: Command) => await publish(context, self.optsWithGlobals<ExportFlags>()))
  return new Command('explorer')
    .description('what everybody may see of a mesh: labels, no addresses')
    .addCommand(command)
}

async function publish(context: CliContext, flags: ExportFlags): Promise<void> {
  const { nodes, path: soakPath } = await readPollerOptions(context, flags)
  const { exportExplorer } = await import('@montana/console')
  const out = resolve(flags.out ?? join(soakPath, '..', DEFAULT_OUT))
  const data = await exportExplorer({ nodes, out, soakPath, signal: context.signal })
  if (flags.json) return context.json(data)
  const { active_nodes, total_nodes, discovered_peer_count, max_window } = data.network_summary
  const peers = `${discovered_peer_count} ${discovered_peer_count === 1 ? 'peer' : 'peers'} outside the manifest`
  context.out(`${out}: ${active_nodes} of ${total_nodes} nodes active at window ${max_window ?? 'unknown'}, ${peers}`)
}
