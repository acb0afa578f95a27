import { errorMessage } from '@montana/foundation'
import { cpuSeconds } from './cpu.js'
import { join } from './join.js'
import type { FromProcess, Order } from './orders.js'
import { serve } from './serve.js'

const say = (message: FromProcess) => process.send?.(message)

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => say({ answer }),
    (error: unknown) => say({ error: errorMessage(error) }),
  )
})
process.once('disconnect', () => process.exit())

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'serve':
      return await serve(order)
    case 'join':
      return await join(order, (progress) => say({ progress }))
    case 'cpu':
      return cpuSeconds()
  }
}
