import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Mail {
  readonly id: string
  readonly isCheck: boolean
}

const BODY_MAX_BYTES = 4_096

/** Where effects leave the service: it takes everything, so that what is sent twice is seen. */
export class MailService {
  readonly url: string
  readonly sent: Mail[]
  readonly #server: Server

  private constructor(server: Server, sent: Mail[]) {
    this.#server = server
    this.sent = sent
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  static async start(token: string): Promise<MailService> {
    const sent: Mail[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8')
        if (body.length > BODY_MAX_BYTES) request.destroy()
      })
      request.on('end', () => {
        const isKnown = request.headers.authorization === `Bearer ${token}`
        if (isKnown) sent.push({ isCheck: false, ...(JSON.parse(body) as { id: string }) })
        response.writeHead(isKnown ? 204 : 401).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new MailService(server, sent)
  }

  /** Ids of actions that left more than once; checks are no actions. */
  duplicates(): string[] {
    const ids = this.sent.filter(({ isCheck }) => !isCheck).map(({ id }) => id)
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
