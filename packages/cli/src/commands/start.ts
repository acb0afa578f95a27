import { Command } from 'commander'
import { pino } from 'pino'
import type { CliContext } from '../context.js'
import { addStartFlags, resolveStartOptions } from '../start-flags.js'

/** Runs a node until it is told to stop. Logs are JSON lines on stdout, for journald. */
export function startCommand(context: CliContext): Command {
  const command = new Command('start').description('run a node')
  return addStartFlags(command).action(async (_, self: Command) => {
    // The network stack is large; commands that only ask a running node never load it.
    const { startNode } = await import('@montana/node')
    const { values } = resolveStartOptions(context, self)
    const logger = pino({ level: values.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })
    const node = await startNode(values, { logger, notice: (line) => context.err(`montana: ${line}`) })
    logger.info({ label: node.label, statusUrl: node.statusUrl }, 'node started')
    process.send?.({ type: 'ready', statusUrl: node.statusUrl })
    try {
      await Promise.race([node.ended, aborted(context.signal)])
    } finally {
      await node.stop()
      logger.info({ label: node.label }, 'node stopped')
    }
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
