import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { FailoverGroupView } from '../../../src/api/failover-views.js'
import type { FeaturesView } from '../../../src/api/views.js'
import { useUnlocked } from '../data/hooks.js'
import { Breathing } from './breathing.js'
import { Chain } from './chain.js'
import { GroupBar } from './group-bar.js'
import { type AskedOrder, OrderDialog } from './order-dialog.js'
import { Probes, Witnesses } from './probes.js'
import { GroupTiles } from './tiles.js'
import { Timeline } from './timeline.js'
import { Verdict } from './verdict.js'

interface GroupProps {
  readonly group: FailoverGroupView
  readonly features: FeaturesView
  /** An order was taken: the state is worth asking for. */
  onOrder(): void
  /** What else is known of its agents: those that do not answer. */
  readonly children: ComponentChildren
}

/** What a part needs to offer orders. */
export interface Ordering {
  /** `locked`: the token is not here yet; `none`: this console changes nothing. */
  readonly access: 'open' | 'locked' | 'none'
  open(order: AskedOrder): void
}

/** One failover group, from who leads to who hears whom. */
export function Group({ group, features, onOrder, children }: GroupProps) {
  const isUnlocked = useUnlocked()
  const [asked, setAsked] = useState<AskedOrder | null>(null)
  const [told, setTold] = useState('')
  const access = !features.mutations.isEnabled ? 'none' : isUnlocked ? 'open' : 'locked'
  const ordering: Ordering = { access, open: setAsked }
  const onAccepted = (text: string) => {
    setTold(text)
    onOrder()
  }
  return (
    <>
      <GroupBar group={group} ordering={ordering} howTo={features.mutations.howTo} told={told} />
      <Verdict group={group} />
      <GroupTiles group={group} />
      <div class="chains">
        {group.chains.map((chain) => (
          <Chain key={chain.policy} chain={chain} ordering={ordering} />
        ))}
      </div>
      {children}
      <Timeline group={group} />
      <div class="probing">
        <Probes observers={group.observers} />
        <Witnesses observers={group.observers} />
      </div>
      <Breathing hosts={group.breathing} />
      {asked && <OrderDialog group={group} asked={asked} onAccepted={onAccepted} onClose={() => setAsked(null)} />}
    </>
  )
}
