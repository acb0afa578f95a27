import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A status endpoint on loopback that answers with whatever the test says. */
export class NodeServer {
  readonly #server: Server
  requests: string[] = []

  private constructor(handler: Handler) {
    this.#server = createServer((request, response) => {
      this.requests.push(request.url ?? '')
      handler(request, response)
    })
  }

  static async start(handler: Handler): Promise<NodeServer> {
    const node = new NodeServer(handler)
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve))
    return node
  }

  /** Serves a status document made anew for each request. */
  static serving(document: (url: URL) => unknown): Promise<NodeServer> {
    return NodeServer.start((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(document(new URL(request.url ?? '/', 'http://localhost'))))
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get openConnections(): Promise<number> {
    return new Promise((resolve, reject) => this.#server.getConnections((e, n) => (e ? reject(e) : resolve(n))))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
