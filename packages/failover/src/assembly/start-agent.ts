import { selectPqBackend } from '@montana/crypto'
import { type RegistryWatch, watchRegistry } from '@montana/fleet'
import { ConfigError, errorCode, type Logger, type MetricsRegistry, makeDirectory } from '@montana/foundation'
import { Agent } from '../agent/agent.js'
import { BreathLink } from '../agent/breath-link.js'
import type { AgentCommand, CommandResult } from '../agent/command-types.js'
import { startControlServer } from '../agent/control-server.js'
import type { AgentModules, PolicyServices } from '../agent/ports.js'
import type { FailoverStatus } from '../agent/status.js'
import { startStatusServer } from '../agent/status-server.js'
import { createNodeChannel } from '../channel/node-channel.js'
import { peerRegistryOf } from '../channel/peer-registry.js'
import { type NodeIdentity, openNodeIdentity } from '../channel/tls/identity.js'
import { toCoreSettings } from '../config/core-settings.js'
import { checkSelfKey, localAddresses } from '../config/self.js'
import type { GroupConfig } from '../config/types.js'
import { openEtcdLeases } from '../coordinator/etcd/open.js'
import { createCore } from '../core/core.js'
import { diagnose } from '../diagnosis/diagnose.js'
import type { Epoch } from '../epoch.js'
import { HistoryFile } from '../history/history-file.js'
import { nextBootId } from '../state/boot-id.js'
import { EpochFolder } from '../state/epoch-files.js'
import { lockAgent } from '../state/lock.js'
import { pauseFile } from '../state/pause-file.js'
import { createNotifier } from '../systemd/notifier.js'
import { signPost } from '../witness/post.js'
import { systemClock } from './clock.js'
import { Closers } from './closers.js'
import { incidentsIn } from './group-incidents.js'
import { openGuard } from './guard.js'
import type { AgentPaths } from './paths.js'
import { createPolicyServices } from './services.js'
import { createWitnesses } from './witnesses.js'

export interface StartAgentInit {
  readonly config: GroupConfig
  readonly self: string
  readonly paths: AgentPaths
  readonly status: { readonly host: string; readonly port: number }
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  /** Prometheus text of everything in `metrics`. */
  metricsText(): Promise<string>
  /** Of this process itself, per policy, beside the services of the configuration. */
  readonly hooks?: Readonly<Record<string, PolicyServices>>
}

export interface RunningAgent {
  readonly statusUrl: string
  status(): FailoverStatus
  command(command: AgentCommand): Promise<CommandResult>
  /** A sink refused an effect of this host. */
  epochRefused(policy: string, highest: Epoch): void
  /** Until `signal` fires and every role is given away; then everything is closed. */
  run(signal: AbortSignal): Promise<void>
}

/** Opens everything that an agent needs; what was opened is closed again when a later part cannot be. */
export async function startAgent(init: StartAgentInit): Promise<RunningAgent> {
  const closers = new Closers()
  try {
    return await assemble(init, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function assemble(init: StartAgentInit, closers: Closers): Promise<RunningAgent> {
  const { config, self, paths } = init
  await makeDirectory(paths.epochs, 0o700)
  closers.add(await lockAgent(paths.lock))
  const identity = await openNodeIdentity(paths.identityDir)
  const registry = await openRegistry(init, closers)
  checkSelfKey(self, identity.publicKey, peerRegistryOf(registry))
  const bootId = await nextBootId(paths.boot, Date.now())
  const epochs = await EpochFolder.open(paths.epochs, Object.keys(config.policies))
  const settings = coreSettings(init, bootId, epochs, registry)
  const modules = await openModules(init, { identity, registry, bootId, epochs }, closers)
  const boundsMs = Object.fromEntries(Object.entries(settings.policies).map(([name, { boundMs }]) => [name, boundMs]))
  const agent = new Agent({ config, self, core: createCore(settings), boundsMs }, modules)
  const statusUrl = await openServers(init, agent, modules, closers)
  return {
    statusUrl,
    status: () => agent.status.status(),
    command: (command) => agent.commands.given(command),
    epochRefused: (policy, highest) => agent.epochRefused(policy, highest),
    run: async (signal) => {
      await agent.run(signal)
      await closers.close()
    },
  }
}

/** Of the breathing of this host; a piece of a bundle takes longer than a heartbeat. */
const PEER_REQUEST_MS = 5_000
const ANY_ADDRESS = '0.0.0.0'

interface Opened {
  readonly identity: NodeIdentity
  readonly registry: RegistryWatch
  readonly bootId: string
  readonly epochs: EpochFolder
}

async function openRegistry({ config, paths, logger }: StartAgentInit, closers: Closers): Promise<RegistryWatch> {
  const backend = await selectPqBackend()
  closers.add(async () => await backend.close())
  const registry = await watchRegistry(
    { path: config.registry, operatorsPath: paths.operators, stateDir: paths.registryState },
    { verify: backend.verify.bind(backend), logger },
  )
  closers.add(async () => await registry.close())
  return registry
}

/** A host without any epoch file is new, or it has forgotten: the registry says which. Rule D10. */
function coreSettings({ config, self }: StartAgentInit, bootId: string, epochs: EpochFolder, registry: RegistryWatch) {
  const hasAmnesia = !epochs.hasAny && registry.current().byName(self)?.isNew !== true
  const durableEpochs = Object.fromEntries(Object.keys(config.policies).map((name) => [name, epochs.of(name)]))
  return toCoreSettings(config, self, { bootId, hasAmnesia, durableEpochs })
}

async function openModules(init: StartAgentInit, opened: Opened, closers: Closers): Promise<AgentModules> {
  const { config, self, paths, logger, metrics } = init
  const { identity, registry, bootId, epochs } = opened
  const notifier = createNotifier(process.env, logger)
  closers.add(async () => notifier.stopping())
  const guard = openGuard(config, logger)
  closers.add(async () => await guard.close())
  const channel = await openChannel(init, opened)
  closers.add(async () => await channel.close())
  const witnesses = createWitnesses(config, registry, paths.witnesses)
  closers.add(async () => void (await Promise.allSettled(witnesses.map((witness) => witness.close()))))
  const leases = await openLeases(init, closers)
  const breath = new BreathLink(paths.breathSocket, logger)
  closers.add(async () => breath.close())
  const history = new HistoryFile({ path: paths.history, host: self, bootId, now: () => new Date(), logger })
  closers.add(async () => await history.close())
  return {
    clock: systemClock,
    channel,
    witnesses,
    services: createPolicyServices(config, self, {
      epochs,
      logger,
      guard,
      hooks: init.hooks ?? {},
      tenures: paths.tenures,
    }),
    epochs,
    history,
    leases,
    signPost: (body) => signPost(body, identity.privateKey),
    pauses: pauseFile(paths.pause),
    beat: (turn) => {
      guard.beat(turn)
      notifier.beat()
    },
    breath,
    diagnose: (host, signal) => diagnose(config.hosts[host]?.address ?? host, signal),
    logger,
    metrics,
  }
}

async function openLeases({ config, self, logger }: StartAgentInit, closers: Closers): Promise<AgentModules['leases']> {
  const { coordinator } = config
  if (coordinator.kind !== 'etcd') return {}
  const nowMs = () => systemClock().nowMs
  const { leases, close } = await openEtcdLeases(config, coordinator, self, { nowMs, logger })
  closers.add(close)
  return leases
}

async function openChannel({ config, self, logger }: StartAgentInit, { identity, registry }: Opened) {
  const { domain, hosts, channel } = config
  const own = hosts[self]
  if (!own) throw new RangeError(self)
  const { address, port } = own
  // Behind a NAT the address that the others know is not on this host.
  const isHere = address.startsWith('127.') || localAddresses().includes(address)
  const listen = { address: isHere ? address : ANY_ADDRESS, port }
  return await createNodeChannel(
    { self, domain, hosts, listen, keyExchange: channel.keyExchange, ...(isHere && { localAddress: address }) },
    { identity, registry: peerRegistryOf(registry), logger },
  ).catch((error: unknown) => {
    throw NOT_USABLE.has(errorCode(error)) ? addressTaken(self, listen, error) : error
  })
}

const NOT_USABLE = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'])

function addressTaken(self: string, { address, port }: { address: string; port: number }, cause: unknown): ConfigError {
  return new ConfigError(`the node channel cannot listen at ${address}:${port}: ${errorCode(cause)}`, {
    field: `hosts.${self}`,
    remedy: 'end what uses that port, or give this host another with port:',
    cause,
  })
}

async function openServers<State>(
  { config, paths, status, metricsText }: StartAgentInit,
  agent: Agent<State>,
  { history, channel }: AgentModules,
  closers: Closers,
): Promise<string> {
  const source = {
    status: () => agent.status.status(),
    isTurning: () => agent.status.isTurning(),
    metrics: async () => {
      agent.status.scrape()
      return await metricsText()
    },
  }
  const control = await startControlServer(paths.socket, {
    ...source,
    command: (command) => agent.commands.given(command),
    history: (limit) => ({
      history: history.latest(null, limit),
      incidents: incidentsIn(config, () => agent.status.decisions, history),
    }),
    peerRequest: (host, type, body) => channel.request(host, type, body, AbortSignal.timeout(PEER_REQUEST_MS)),
  })
  closers.add(async () => await control.close())
  const server = await startStatusServer(status.host, status.port, source)
  closers.add(async () => await server.close())
  return server.url
}
