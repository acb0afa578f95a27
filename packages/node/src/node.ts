import type { Logger } from '@montana/foundation'
import type { StartOptions } from './config/start-options.js'
import { NodeService } from './node-service.js'
import { Closers, openResources } from './open.js'
import { prepareNode } from './prepare.js'
import { failpointFrom } from './runtime/failpoint.js'
import { checkSpeed, readingOf } from './speed-check.js'

export interface NodeEvents {
  readonly logger: Logger
  /** One loud line, for example that the slow clock is in use. */
  notice(line: string): void
}

export interface RunningNode {
  readonly statusUrl: string
  readonly label: string
  /** Resolves when the node ended by itself (`maxWindows`), rejects with what made it stop. */
  readonly ended: Promise<void>
  /** Ends in under two seconds although the clock is running. */
  stop(): Promise<void>
}

/** Starts a node: everything is checked first, then opened in one order and closed in the reverse one. */
export async function startNode(options: StartOptions, { logger, notice }: NodeEvents): Promise<RunningNode> {
  const prepared = await prepareNode(options)
  const failpoint = failpointFrom(process.env.MONTANA_FAILPOINT)
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>()
  ended.catch(() => {})
  const closers = new Closers()
  try {
    const opened = await openResources(prepared, closers, notice)
    const speed = await checkSpeed(opened.hashing, opened.store, options)
    if (speed?.isTooSlow) notice(`SLOW CLOCK: ${speed.sentence}`)
    const service = new NodeService(prepared, opened, {
      logger,
      failpoint,
      measured: speed && readingOf(speed),
      end,
      fail,
    })
    const statusUrl = await service.start(closers)
    return { statusUrl, label: prepared.label, ended, stop: () => closers.closeAll() }
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}
