import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ConfigError, errorCode, systemTime } from '@montana/foundation'
import { checkToken } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { EventHub } from './events/hub.js'
import { openFailover } from './failover/open.js'
import { featuresOf } from './features.js'
import { createApp } from './http/app.js'
import { MeshSampler } from './mesh/sampler.js'
import { type ConsoleOptions, type ListenAddress, listenAddress } from './options.js'
import { SoakFolder } from './soak/soak-view.js'

export interface Console {
  /** Where the page is. */
  readonly url: string
  /** Ends open streams and connections; resolves when nothing is left. Calls after the first share its end. */
  stop(): Promise<void>
}

const PAGE_DIR = join(import.meta.dirname, 'page')

/** Serves API and page until `stop` or the signal. Throws {@link ConfigError} for a wrong address or a taken port. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const address = listenAddress(options)
  checkToken(options.token)
  const pageDir = options.pageDir ?? PAGE_DIR
  checkPage(pageDir)
  const ending = new AbortController()
  const { nodes, codes = {}, time = systemTime } = options
  const sampler = new MeshSampler({ nodes, codes, time, signal: ending.signal })
  const soak = options.soakPath === undefined ? undefined : new SoakFolder(options.soakPath)
  const mesh = () => sampler.sample()
  const events = new EventHub({ mesh, soak: soak && (() => soak.tick()) })
  const { mirrors, token } = options
  const failover = await openFailover(options, ending.signal)
  const modules = { features: featuresOf(options), mesh, soak, events, mirrors, token, failover, nodes }
  const app = await createApp({ ...modules, pageDir, host: address.host, signal: ending.signal })
  await listen(app, address, options.orFreePort ?? false)
  const end = async () => {
    ending.abort()
    await events.close()
    await app.close()
  }
  return tether({ url: urlOf(app), end }, options.signal)
}

function tether({ url, end }: { url: string; end: () => Promise<void> }, signal: AbortSignal | undefined): Console {
  let ended: Promise<void> | undefined
  const stop = () => {
    signal?.removeEventListener('abort', stop)
    ended ??= end()
    return ended
  }
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) void stop()
  return { url, stop }
}

function checkPage(pageDir: string): void {
  if (existsSync(join(pageDir, 'index.html'))) return
  throw new ConfigError('the page of the console is not built', { field: 'page', remedy: 'run npm run build' })
}

async function listen(app: FastifyInstance, { host, port }: ListenAddress, orFreePort: boolean): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const isElsewhere = orFreePort && errorCode(error) === 'EADDRINUSE'
    if (isElsewhere) return await listen(app, { host, port: 0 }, false)
    await app.close()
    throw listenError(error, host, port)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'needs privileges',
  EADDRNOTAVAIL: 'is not on this host',
  ENOTFOUND: 'is not known',
}

function listenError(error: unknown, host: string, port: number): unknown {
  const reason = REASONS[errorCode(error)]
  if (reason === undefined) return error
  const remedy = 'choose another with --port (for a devnet --console-port)'
  return new ConfigError(`console address ${host}:${port} ${reason}`, { field: 'port', remedy, cause: error })
}

function urlOf(app: FastifyInstance): string {
  const { address, port } = app.server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
