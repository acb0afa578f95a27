import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'

/** Discard: whoever gets it does nothing. */
const DISCARD_PORT = 9
const WAIT_MS = 500

/**
 * Sends a byte through the tunnel to each address, so that WireGuard shakes hands now: a peer that is new here, and that
 * tried before it was, waits 15 seconds without an answer before it shakes hands anew. Does nothing where `own` is no address of this host,
 * so that nothing leaves it by another way. Never rejects: it is only about the time.
 */
export async function wakePeers(own: string, addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0 || !isOurs(own)) return
  const socket = createSocket(own.includes(':') ? 'udp6' : 'udp4')
  const done = Promise.withResolvers<void>()
  const timer = setTimeout(done.resolve, WAIT_MS)
  socket.once('error', () => done.resolve())
  socket.bind({ address: own }, () => {
    const sent = addresses.map((address) => send(socket, address))
    void Promise.all(sent).then(() => done.resolve())
  })
  await done.promise
  clearTimeout(timer)
  socket.close()
}

function isOurs(own: string): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === own))
}

function send(socket: ReturnType<typeof createSocket>, address: string): Promise<void> {
  return new Promise((resolve) => socket.send('.', DISCARD_PORT, address, () => resolve()))
}
