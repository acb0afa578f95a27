import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { MESSAGE_1_BYTES, MESSAGE_2_BYTES } from '@montana/transport'
import type { Replays } from '../ledger/counts.js'
import { untilSoon } from '../until.js'
import type { WireNetwork } from './network.js'

/** Refused before it was looked at, which would show nothing. */
export const UNHEARD = 'closed unheard'
/** A quarter goes to the node that was dialled, then that one starts anew. */
const RESTARTS = 4
const PATIENCE_MS = 30_000

interface Recorded {
  readonly sent: Buffer
  readonly answered: Buffer
}

/**
 * All that a dialler said in a whole session, message 1 to its last frame, on a connection of its own: to the same node,
 * to another one, and to the same one after restarts. And what a node answered, to a peer that dials it.
 */
export async function replayHandshakes(net: WireNetwork, replays: Replays, count: number): Promise<void> {
  const recorded = [await recordedBy(net, 0), await recordedBy(net, 1)] as const
  const perStart = Math.ceil(count / RESTARTS)
  for (let round = 0; round < count; round++) {
    if (round > 0 && round % perStart === 0) await net.restart(0)
    const peer = round % 2 === 0 ? 0 : 1
    const { sent, answered } = recorded[peer]
    if (round % 8 === 7) {
      replays.note('handshake, in the name of the node', 'handshake', await answeredAgain(net, peer, answered))
      continue
    }
    const node = round % 4 === 0 ? 1 : 0
    const where = node === 1 ? 'to another node' : round < perStart ? 'to the same node' : 'after a restart'
    replays.note(`handshake, ${where}`, 'handshake', await saidAgain(net, node, sent))
  }
}

async function recordedBy(net: WireNetwork, peer: number): Promise<Recorded> {
  const { connection, tapped } = await net.session(peer, 0)
  const { sent, answered } = tapped
  connection.abort(new Error('recorded'))
  return { sent, answered }
}

async function saidAgain(net: WireNetwork, node: number, sent: Buffer): Promise<string> {
  const before = net.reached(node)
  const heardBytes = await heardUntilClosed(net.portOf(node), sent)
  const after = net.reached(node)
  if (after.messages > before.messages || after.connections > before.connections) return 'accepted'
  return heardBytes > MESSAGE_2_BYTES ? 'closed after its own message' : UNHEARD
}

/** How much the other end had said when it closed. */
async function heardUntilClosed(port: number, bytes: Buffer): Promise<number> {
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
  await untilSoon(() => isClosed, PATIENCE_MS, 'the node closes').finally(() => socket.destroy())
  return heardBytes
}

async function answeredAgain(net: WireNetwork, peer: number, bytes: Buffer): Promise<string> {
  let heardBytes = 0
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', ({ length }) => {
      heardBytes += length
    })
    socket.write(bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const connection = await net.dialAt(peer, 0, (server.address() as AddressInfo).port)
    connection.abort(new Error('replayed'))
    return 'accepted'
  } catch {
    return heardBytes > MESSAGE_1_BYTES ? 'refused by the dialler' : UNHEARD
  } finally {
    server.close()
  }
}
