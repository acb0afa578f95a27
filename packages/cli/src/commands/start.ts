import { DRILLS_ENVIRONMENT, type DrillMessage, parseDrillMessage } from '@montana/node/settings'
import { Command } from 'commander'
import type { CliContext } from '../context.js'
import { addStartFlags, resolveStartOptions } from '../start-flags.js'

/** Runs a node until it is told to stop. Logs are JSON lines on stdout, for journald, or in a file. */
export function startCommand(context: CliContext): Command {
  const command = new Command('start').description('run a node')
  return addStartFlags(command).action(async (_, self: Command) => {
    context.runsUntilStopped()
    // The network stack is large; commands that only ask a running node never load it.
    const { startNode } = await import('@montana/node')
    const { values } = resolveStartOptions(context, self)
    const node = await startNode(values, { notice: (line) => context.err(`montana: ${line}`) })
    const { logger, label, statusUrl } = node
    if (values.logFile !== undefined || values.genesisManifest !== undefined) context.onHangUp(node.hangUp)
    listenForDrills(context, node.drill)
    logger.info({ label, statusUrl }, 'node started')
    process.send?.({ type: 'ready', statusUrl })
    try {
      await Promise.race([node.ended, aborted(context.signal)])
    } finally {
      logger.info({ label }, 'node stopping')
      await node.stop()
    }
  })
}

/** Only the process that started this one holds the other end of the channel, and only a devnet announces drills. */
function listenForDrills({ environment }: CliContext, drill: (message: DrillMessage) => void): void {
  if (environment[DRILLS_ENVIRONMENT] === undefined || !process.connected) return
  process.on('message', (message) => {
    const order = parseDrillMessage(message)
    if (order) drill(order)
  })
  process.channel?.unref()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
