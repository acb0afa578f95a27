import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createJsonLogger } from '../../json-logger.js'

export function witnessCommand(context: CliContext): Command {
  const serve = new Command('serve')
    .description('a witness: keeps the last signed word of every host of a group, in memory, for the others to read')
    .action(async (_, self: Command) => await serveUntilStopped(context, self.optsWithGlobals<GlobalOptions>()))
  return new Command('witness')
    .description('a third path between hosts that lost sight of each other')
    .addCommand(serve)
}

async function serveUntilStopped(context: CliContext, { config: path, logLevel }: GlobalOptions): Promise<void> {
  if (path === undefined)
    throw new UsageError('--config is missing', { field: 'config', remedy: 'give the witness.yaml' })
  context.runsUntilStopped()
  const { loadWitnessConfig, serveWitness } = await import('@montana/failover')
  const config = await loadWitnessConfig(path)
  const logger = createJsonLogger(context, logLevel, { witness: config.name })
  const server = await serveWitness(config, logger)
  logger.info({ event: 'listening', host: config.listen.host, port: server.port }, 'witness started')
  const { signal } = context
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await server.close()
  logger.info({ event: 'stopped' }, 'witness stopped')
}
