import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export const soon = () => AbortSignal.timeout(300)

/** What answers on a port of its own, and its URL. */
export async function serve(answer: (response: ServerResponse) => void): Promise<{ url: string; port: number }> {
  const server = createServer((_, response) => answer(response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/health`, port }
}

export const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value))
