import { resolve } from 'node:path'
import { DEFAULT_DATA_DIR } from '@montana/node/settings'
import { digestJournal, type LocalSource, probeLocal } from '@montana/soak'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { addNodeFlags } from '../../node-client.js'
import { NODE_UNIT } from './digest.js'
import { type ProbeRequest, readRequest } from './probe-request.js'

interface ProbeFlags extends GlobalOptions {
  statusUrl?: string
  unit: string
  label: string
}

/** Node side of the ssh transport. Where the node is, only the forced command says; who asks says what is asked. */
export function probeCommand(context: CliContext): Command {
  const command = new Command('probe')
    .description('node side of the ssh transport: tell the status of this host, and nothing else')
    .option('--unit <unit>', 'systemd unit of the node', NODE_UNIT)
    .option('--label <name>', 'node of which a digest tells', 'node')
  return addNodeFlags(command).action(async (_, self: Command) => {
    const request = readRequest(context.environment)
    context.json(await answer(context, self.optsWithGlobals<ProbeFlags>(), request))
  })
}

async function answer(context: CliContext, flags: ProbeFlags, request: ProbeRequest): Promise<unknown> {
  const { signal } = context
  const { unit, label } = flags
  if (request.verb === 'digest') return await digestJournal({ label, units: [unit], sinceMs: request.sinceMs, signal })
  return await probeLocal({ source: sourceOf(context, flags), unit, window: request.window, signal })
}

function sourceOf({ environment }: CliContext, { statusUrl, dataDir }: ProbeFlags): LocalSource {
  if (statusUrl !== undefined) return { statusUrl }
  return { dataDir: resolve(dataDir ?? environment.MONTANA_DATA_DIR ?? DEFAULT_DATA_DIR) }
}
