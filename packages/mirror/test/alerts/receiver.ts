import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** `hang`: takes the request and never answers. */
export type Reply = number | 'hang' | { readonly status: number; readonly headers: Record<string, string> }

/** A real server that answers as it is told, the last reply for ever, and keeps what it was sent. */
export async function receiver(...replies: Reply[]) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      received.push({ method, path, headers, text: Buffer.concat(chunks).toString() })
      const reply = replies.length > 1 ? replies.shift() : replies[0]
      if (reply === 'hang') return
      if (typeof reply === 'object') response.writeHead(reply.status, reply.headers)
      else response.writeHead(reply ?? 204)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  const bodies = () => received.map(({ text }) => JSON.parse(text) as Record<string, unknown>)
  return { url: `http://127.0.0.1:${port}/services/T0/hook-secret-9f8e7d`, received, bodies, close }
}
