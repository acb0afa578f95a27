import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { MESSAGE_2_BYTES } from '@montana/transport'
import type { Replays } from '../ledger/counts.js'
import { untilSoon as until } from '../until.js'
import type { WireNetwork } from './network.js'

/** Refused before it was looked at, which would show nothing. */
export const UNHEARD = 'closed unheard'
const RESTART_EVERY = 50
const PATIENCE_MS = 30_000

/**
 * All that a dialler said in a whole session, message 1 to its last frame, on a connection of its own: to the same node,
 * to another one, and to the same one after a restart. And what a node answered, to a peer that dials it.
 */
export async function replayHandshakes(net: WireNetwork, replays: Replays, count: number): Promise<void> {
  const recorded = await Promise.all([0, 1].map((peer) => recordedBy(net, peer)))
  let isRestarted = false
  for (let round = 0; round < count; round++) {
    const peer = round % 2
    const { sent, answered } = recorded[peer] ?? { sent: Buffer.alloc(0), answered: Buffer.alloc(0) }
    if (round % RESTART_EVERY === RESTART_EVERY / 2) {
      await net.restart(0)
      isRestarted = true
    }
    const node = round % 4 === 0 ? 1 : 0
    if (round % 8 === 7) {
      replays.note('handshake, in the name of the node', 'handshake', await answerAgain(net, peer, answered))
      continue
    }
    const where = node === 1 ? 'to another node' : isRestarted ? 'after a restart' : 'to the same node'
    const before = net.reached(node)
    const heardBytes = await sayAgain(net.portOf(node), sent)
    const after = net.reached(node)
    const isTaken = after.messages > before.messages || after.connections > before.connections
    const end = heardBytes > MESSAGE_2_BYTES ? 'closed after its own message' : UNHEARD
    replays.note(`handshake, ${where}`, 'handshake', isTaken ? 'accepted' : end)
  }
}

async function recordedBy(net: WireNetwork, peer: number): Promise<{ sent: Buffer; answered: Buffer }> {
  const { connection, tapped } = await net.session(peer, 0)
  const { sent, answered } = tapped
  connection.abort(new Error('recorded'))
  return { sent, answered }
}

/** Resolves when the other end has closed, to how much it had said. */
async function sayAgain(port: number, bytes: Buffer): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let [isClosed, heardBytes] = [false, 0]
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  socket.on('data', ({ length }) => {
    heardBytes += length
  })
  socket.write(bytes)
  await until(() => isClosed, PATIENCE_MS, 'the node closes').finally(() => socket.destroy())
  return heardBytes
}

async function answerAgain(net: WireNetwork, peer: number, bytes: Buffer): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.resume()
    socket.write(bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const connection = await net.dialAt(peer, 0, (server.address() as AddressInfo).port)
    connection.abort(new Error('replayed'))
    return 'accepted'
  } catch {
    return 'refused by the dialler'
  } finally {
    server.close()
  }
}
