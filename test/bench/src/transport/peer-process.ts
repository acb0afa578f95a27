import { errorMessage } from '@montana/foundation'
import type { Order } from './orders.js'
import { PeerNode } from './peer-node.js'

let node: PeerNode | undefined

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: errorMessage(error) }),
  )
})
process.once('disconnect', () => process.exit())

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'start') {
    node = await PeerNode.open(order.stack, order.backend)
    return { address: node.address }
  }
  if (node === undefined) throw new Error('not started')
  return await asked(node, order)
}

function asked(peer: PeerNode, order: Exclude<Order, { do: 'start' }>): unknown {
  switch (order.do) {
    case 'firstByte':
      return peer.firstByte(order.address)
    case 'handshakes':
      return peer.handshakes(order.address, order.count)
    case 'inboundCpu':
      return peer.inboundCpu()
    case 'push':
      return peer.push(order.address, order.bytes)
    case 'hold':
      return peer.hold(order.address, order.count)
    case 'rss':
      return peer.rss()
  }
}
