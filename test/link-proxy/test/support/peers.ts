import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Address, LinkProxy, type LinkProxyOptions } from '../../src/index.js'

/** A server on loopback that keeps what it is told, and the sockets it has. */
export interface Target {
  readonly address: Address
  readonly sockets: Socket[]
  readonly received: () => Buffer
  readonly close: () => Promise<void>
}

const opened: Array<() => Promise<void>> = []

export async function target(onSocket: (socket: Socket) => void = () => {}): Promise<Target> {
  const sockets: Socket[] = []
  const parts: Buffer[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (part) => parts.push(part))
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => stop(server, sockets)
  opened.push(close)
  return { address: { host: '127.0.0.1', port }, sockets, received: () => Buffer.concat(parts), close }
}

export const echo = () => target((socket) => socket.on('data', (part) => socket.write(part)))

async function stop(server: Server, sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.destroy()
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}

export async function proxyTo(to: Address, options: Omit<LinkProxyOptions, 'to'> = {}): Promise<LinkProxy> {
  const proxy = await LinkProxy.open({ to, ...options })
  opened.push(() => proxy.close())
  return proxy
}

export interface Client {
  readonly socket: Socket
  readonly received: () => Buffer
  /** How the connection ended; undefined while it lives. */
  readonly ending: () => 'end' | 'reset' | undefined
}

export async function client({ host, port }: Address): Promise<Client> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
  const parts: Buffer[] = []
  let ending: 'end' | 'reset' | undefined
  socket.on('data', (part) => parts.push(part))
  socket.on('end', () => (ending = 'end'))
  socket.on('error', () => (ending = 'reset'))
  opened.push(async () => void socket.destroy())
  // A connection may be refused so early that it never was one.
  await once(socket, 'connect').catch(() => {})
  return { socket, received: () => Buffer.concat(parts), ending: () => ending }
}

/** Sends and waits for as many bytes as went out, in ms. */
export async function roundTripMs({ socket, received }: Client, bytes: Buffer): Promise<number> {
  const startedMs = performance.now()
  const expected = received().length + bytes.length
  socket.write(bytes)
  while (received().length < expected) await once(socket, 'data')
  return performance.now() - startedMs
}

export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close()
}
