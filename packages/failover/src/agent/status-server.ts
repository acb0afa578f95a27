import type { AddressInfo } from 'node:net'
import { ConfigError, errorCode } from '@montana/foundation'
import { fastify } from 'fastify'
import { addStatusRoutes, type StatusSource } from './http-routes.js'

export interface StatusServer {
  readonly url: string
  close(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 5_000
const CONNECTIONS_MAX = 64

/** Read-only, loopback unless configured otherwise: spec three-mirror 3.3. */
export async function startStatusServer(host: string, port: number, source: StatusSource): Promise<StatusServer> {
  const app = fastify({ logger: false, requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true })
  app.server.maxConnections = CONNECTIONS_MAX
  addStatusRoutes(app, source)
  await app.listen({ host, port }).catch((error: unknown) => {
    const remedy = 'choose another with --status HOST:PORT, or status: { host, port } in the configuration'
    throw new ConfigError(`status address ${host}:${port} cannot be used: ${errorCode(error)}`, {
      field: 'status',
      remedy,
    })
  })
  const address = app.server.address() as AddressInfo
  return { url: `http://${host}:${address.port}`, close: async () => await app.close() }
}
