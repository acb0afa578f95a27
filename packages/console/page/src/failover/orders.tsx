import { useState } from 'preact/hooks'
import type { FailoverOrderView } from '../../../src/api/failover-views.js'
import type { FeaturesView } from '../../../src/api/views.js'
import { dayTime } from '../data/format.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'

const OUTCOMES: Readonly<Record<FailoverOrderView['outcome'], readonly [Tone, string]>> = {
  accepted: ['good', 'accepted'],
  refused: ['warn', 'refused'],
  failed: ['bad', 'failed'],
  unknown: ['none', 'no answer yet'],
}

interface OrdersProps {
  readonly orders: readonly FailoverOrderView[]
  readonly features: FeaturesView
}

/** Who ordered what through this console, why, and what came of it. */
export function Orders({ orders, features }: OrdersProps) {
  if (orders.length === 0 && !features.mutations.isEnabled) return null
  return (
    <Panel id="orders" title="Orders" aside="given through this console">
      {orders.length === 0 ? (
        <Empty title="No order yet">What is ordered here is written down with its reason before it is given.</Empty>
      ) : (
        <List orders={orders} />
      )}
    </Panel>
  )
}

const LISTED = 5

function List({ orders }: Pick<OrdersProps, 'orders'>) {
  const [hasAll, setAll] = useState(false)
  return (
    <>
      <ul class="records">
        {(hasAll ? orders : orders.slice(0, LISTED)).map((order) => (
          <Order key={order.id} order={order} />
        ))}
      </ul>
      {orders.length > LISTED && (
        <div class="buttons">
          <button type="button" class="button" onClick={() => setAll(!hasAll)}>
            {hasAll ? 'Show fewer orders' : `Show all ${orders.length} orders`}
          </button>
        </div>
      )}
    </>
  )
}

function Order({ order }: { order: FailoverOrderView }) {
  const [tone, outcome] = OUTCOMES[order.outcome]
  return (
    <li data-order={order.kind}>
      <p class="record-head">
        <Mark tone={tone}>{outcome}</Mark>
        <strong>{orderText(order)}</strong>
        <span class="hint">
          {dayTime(order.at)} by {order.by}
        </span>
      </p>
      <p>{order.reason}</p>
      {order.text && <p class="hint">{order.text}</p>}
    </li>
  )
}

function orderText({ kind, policy, host, group }: FailoverOrderView): string {
  if (kind === 'promote') return `move ${policy} to ${host}`
  return kind === 'step-down' ? `${host} steps down` : `${kind} ${group}`
}
