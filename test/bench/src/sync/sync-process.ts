import { errorMessage } from '@montana/foundation'
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
  return order.do === 'serve' ? await serve(order) : await join(order, (progress) => say({ progress }))
}
