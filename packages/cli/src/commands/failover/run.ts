import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { createJsonLogger } from '../../json-logger.js'
import { configFile } from './config-file.js'

interface RunFlags extends GlobalOptions {
  node?: string
  stateDir?: string
  identityDir?: string
  socket?: string
  status?: string
}

export function runCommand(context: CliContext): Command {
  return new Command('run')
    .description('the agent of this host; JSON lines on stdout until it is stopped, which hands its roles over')
    .option('--node <name>', 'name of this host (default: MONTANA_NODE_NAME, self in the file, or by address)')
    .option('--state-dir <dir>', 'epochs, history and lock of this host (default: stateDir of the file)')
    .option('--identity-dir <dir>', 'folder of identity.bin, 0700 (default: identityDir of the file)')
    .option('--socket <path>', 'unix socket for orders (default: failover.sock in RUNTIME_DIRECTORY)')
    .option('--status <host:port>', 'address of the status endpoint, port 0 for any (default: as in the file)')
    .action(async (_, self: Command) => await run(context, self.optsWithGlobals<RunFlags>()))
}

async function run(context: CliContext, flags: RunFlags): Promise<void> {
  context.runsUntilStopped()
  const failover = await import('@montana/failover')
  const { environment, signal } = context
  const { config, warnings } = await failover.loadGroupConfig(configFile(context, flags))
  const self = failover.findSelf({ flag: flags.node, environment, config, localAddresses: failover.localAddresses() })
  const logger = createJsonLogger(context, flags.logLevel, { host: self, group: config.group })
  const cautions = [...warnings, ...failover.environmentWarnings(environment)]
  for (const { code, message, remedy } of cautions) logger.warn({ code, remedy }, message)
  const { createMetricsRegistry } = await import('@montana/node/metrics')
  const metrics = createMetricsRegistry()
  const agent = await failover.startAgent({
    config,
    self,
    paths: failover.agentPaths(config, {
      ...flags,
      runDir: environment.RUNTIME_DIRECTORY,
      breathSocket: environment.MONTANA_BREATH_SOCKET,
    }),
    status: flags.status === undefined ? config.status : readAddress(flags.status),
    logger,
    metrics,
    metricsText: async () => await metrics.registry.metrics(),
  })
  logger.info({ event: 'started', statusUrl: agent.statusUrl }, 'agent started')
  await agent.run(signal)
  logger.info({ event: 'stopped' }, 'agent stopped')
}

const PORT_MAX = 65_535

function readAddress(text: string): { host: string; port: number } {
  const [, host, digits] = /^(.+):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (host !== undefined && port <= PORT_MAX) return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
  throw new UsageError(`--status '${text}' is not HOST:PORT`, {
    field: 'status',
    remedy: 'use for example 127.0.0.1:8889',
  })
}
