import type { FailoverAgentView } from '../../../src/api/failover-views.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'

interface AgentsProps {
  readonly agents: readonly FailoverAgentView[]
  /** No other agent answers. */
  readonly isAll: boolean
}

/** Agents that this console cannot ask, and what to do about each. */
export function Agents({ agents, isAll }: AgentsProps) {
  return (
    <Panel id="agents" title={isAll ? 'No agent answers' : 'Agents that do not answer'}>
      <ul class="agents">
        {agents.map(({ label, error }) => (
          <li key={label} data-agent={label}>
            <Mark tone="bad">
              <strong>{label}</strong>
            </Mark>{' '}
            {error?.message} <code>{error?.code}</code>
            <p class="hint">{error?.remedy}</p>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
