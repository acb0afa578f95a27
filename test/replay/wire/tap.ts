import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** One connection and all that passed over it. */
export class TappedSession {
  readonly #target: Socket
  readonly #sent: Buffer[] = []
  readonly #answered: Buffer[] = []
  #isClosed = false

  constructor(dialler: Socket, target: Socket) {
    this.#target = target
    join(dialler, target, this.#sent)
    join(target, dialler, this.#answered)
    target.on('close', () => {
      this.#isClosed = true
    })
  }

  /** What the dialler sent so far, and what it was answered. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent)
  }

  get answered(): Buffer {
    return Buffer.concat(this.#answered)
  }

  /** The target has closed its end. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Goes to the target behind what the dialler sent. */
  inject(bytes: Uint8Array): void {
    if (this.#target.writable) this.#target.write(bytes)
  }
}

function join(from: Socket, to: Socket, kept: Buffer[]): void {
  from.on('data', (bytes) => {
    kept.push(bytes)
    if (to.writable) to.write(bytes)
  })
  from.on('error', () => {})
  from.on('close', () => to.destroy())
}

/** Stands in front of a node, keeps every byte, and can say some of them again. */
export class Tap {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #latest: TappedSession | undefined

  private constructor(targetPort: number) {
    this.#server = createServer({ noDelay: true }, (dialler) => {
      const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true })
      for (const socket of [dialler, target]) {
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
      }
      this.#latest = new TappedSession(dialler, target)
    })
  }

  static async open(targetPort: number): Promise<Tap> {
    const tap = new Tap(targetPort)
    tap.#server.listen(0, '127.0.0.1')
    await once(tap.#server, 'listening')
    return tap
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get latest(): TappedSession {
    if (!this.#latest) throw new Error('nobody has dialled')
    return this.#latest
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
