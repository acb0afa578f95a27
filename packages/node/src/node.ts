import { createSignatureVerifier } from '@montana/crypto'
import { type Logger, systemTime, type TimeSource } from '@montana/foundation'
import { createKeepalive, openServiceManager } from '@montana/native'
import type { StartOptions } from './config/start-options.js'
import type { DrillMessage } from './drill/message.js'
import { ShiftedTime } from './drill/shifted-time.js'
import { openLog } from './log/node-log.js'
import { openManifest } from './manifest/open.js'
import type { ManifestSource } from './manifest/types.js'
import { collectProcessMetrics, createMetricsRegistry } from './metrics.js'
import { NodeService } from './node-service.js'
import { Closers, type OpenResources, openResources } from './open.js'
import { type Prepared, prepareNode } from './prepare.js'
import { failpointFrom } from './runtime/failpoint.js'
import { checkSpeed, readingOf } from './speed-check.js'

export interface NodeEvents {
  /** One loud line, for example that the slow clock is in use. */
  notice(line: string): void
}

export interface RunningNode {
  readonly statusUrl: string
  readonly label: string
  readonly logger: Logger
  /** Resolves when the node ended by itself (`maxWindows`), rejects with what made it stop. */
  readonly ended: Promise<void>
  /** SIGHUP: opens the log file anew, for rotation, and reads the manifest again. */
  hangUp(): void
  /** Brings about what a drill wants, and ends what an earlier one wanted. */
  drill(message: DrillMessage): void
  /** Ends in under two seconds although the clock is running. */
  stop(): Promise<void>
}

/** Starts a node: everything is checked first, then opened in one order and closed in the reverse one. */
export async function startNode(options: StartOptions, events: NodeEvents): Promise<RunningNode> {
  const prepared = await prepareNode(options)
  const closers = new Closers()
  try {
    return await startPrepared(prepared, closers, events)
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

async function startPrepared(prepared: Prepared, closers: Closers, { notice }: NodeEvents): Promise<RunningNode> {
  const { options, label } = prepared
  const failpoint = failpointFrom(process.env.MONTANA_FAILPOINT)
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>()
  ended.catch(() => {})
  const time = new ShiftedTime(systemTime)
  const log = openLog(options, time)
  closers.add(() => log.close())
  const { logger, health } = log
  const registry = createMetricsRegistry()
  collectProcessMetrics(registry)
  const opened = await openResources(prepared, closers, notice, registry)
  const speed = await checkSpeed(opened.hashing, opened.store, options)
  if (speed?.isTooSlow) notice(`SLOW CLOCK: ${speed.sentence}`)
  const measured = speed && readingOf(speed)
  const hooks = { logger, log: health, registry, time, failpoint, measured, end, fail }
  const manifest = await openSource(prepared, opened, time)
  const service = new NodeService(prepared, opened, { ...hooks, manifest })
  const keepalive = createKeepalive(openServiceManager(process.env, logger), () => service.isGoingOn())
  const statusUrl = await service.start(closers)
  closers.add(() => keepalive.stop())
  keepalive.ready()
  const drill = (message: DrillMessage) => {
    time.offsetMs = message.clockOffsetMs
    service.drill(message)
  }
  const hangUp = () => {
    log.reopen()
    void service.reloadManifest()
  }
  return { statusUrl, label, logger, ended, hangUp, drill, stop: () => closers.closeAll() }
}

/** Once more, now that this process alone has the data directory. */
async function openSource(
  { network }: Prepared,
  { crypto }: OpenResources,
  time: TimeSource,
): Promise<ManifestSource | undefined> {
  if (!network) return undefined
  return await openManifest(network.source, { verify: createSignatureVerifier(crypto), time })
}
