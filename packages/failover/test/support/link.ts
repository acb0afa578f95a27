import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { LOOPBACK } from '../../../../test/support/ports.js'

/** A TCP link to a server on loopback that can be cut, or made to swallow what comes back. */
export class Link {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #silent = new WeakSet<Socket>()
  #isCut = false
  #isSilent = false
  #lost: string | undefined

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`
  }

  static async to(target: string): Promise<Link> {
    const server = createServer().listen(0, LOOPBACK)
    await once(server, 'listening')
    const link = new Link(server)
    server.on('connection', (socket) => link.#join(socket, Number(new URL(target).port)))
    return link
  }

  /** Ends every connection and takes no new one. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  heal(): void {
    this.#isCut = false
    this.#isSilent = false
  }

  /** What is asked still arrives; no answer comes back, and nobody is told. */
  silence(): void {
    this.#isSilent = true
  }

  /** The same for the connections that there are; new ones work. */
  silenceOpen(): void {
    for (const socket of this.#sockets) this.#silent.add(socket)
  }

  /** The next request that has `text` arrives, and is never answered. */
  loseAnswerTo(text: string): void {
    this.#lost = text
  }

  get connections(): number {
    return this.#sockets.size / 2
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #forward(chunk: Buffer, client: Socket, server: Socket): void {
    if (this.#lost !== undefined && chunk.includes(this.#lost)) {
      this.#lost = undefined
      this.#silent.add(client)
    }
    server.write(chunk)
  }

  #join(client: Socket, port: number): void {
    if (this.#isCut) return void client.destroy()
    const server = connect(port, LOOPBACK)
    client.on('data', (chunk) => this.#forward(chunk, client, server))
    server.on('data', (chunk) => {
      if (!this.#isSilent && !this.#silent.has(client)) client.write(chunk)
    })
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
  }
}
