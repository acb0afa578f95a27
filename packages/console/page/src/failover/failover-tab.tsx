import type { FailoverAgentView, FailoverView } from '../../../src/api/failover-views.js'
import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { usePolled } from '../data/hooks.js'
import { Empty } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import { Agents, NoAgent } from './agents.js'
import './failover.css'
import { Group } from './group.js'
import { Orders } from './orders.js'

export interface FailoverProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

/** Agents decide four times a second; what changes, changes within seconds. */
const ASK_EVERY_MS = 1_000

export function FailoverTab({ features }: FailoverProps) {
  const { isEnabled, howTo } = features.failover
  if (isEnabled) return <Followed features={features} />
  return (
    <Empty title="No failover group is followed">
      This console knows no agent: {howTo}. The option may be given once for each agent.
    </Empty>
  )
}

function Followed({ features }: { features: FeaturesView }) {
  const { data, refusal, again } = usePolled<FailoverView>('/api/failover', ASK_EVERY_MS)
  if (data === null) {
    return refusal === null ? (
      <Empty title="Asking the agents">They answer at once.</Empty>
    ) : (
      <Refused refusal={refusal} />
    )
  }
  const isShown = (agent: FailoverAgentView) => data.groups.some(({ group }) => group === agent.group)
  const silent = data.agents.filter(({ error }) => error !== null)
  return (
    <>
      <Refused refusal={refusal} />
      {data.groups.length === 0 && <NoAgent agents={silent} />}
      {data.groups.map((group, index) => (
        <Group key={group.group} group={group} features={features} onOrder={again}>
          <Agents agents={silent.filter((agent) => agent.group === group.group || (index === 0 && !isShown(agent)))} />
        </Group>
      ))}
      <Orders orders={data.orders} features={features} />
    </>
  )
}
