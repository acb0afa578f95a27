import type { FailoverAgentView } from '../../../src/api/failover-views.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import { Words } from '../parts/words.js'

interface AgentsProps {
  readonly agents: readonly FailoverAgentView[]
}

/** Agents that this console cannot ask, and what to do about each; one line for those with one fault. */
export function Agents({ agents }: AgentsProps) {
  if (agents.length === 0) return null
  return (
    <Panel id="agents" title="Agents that do not answer" aside="this console, by their sockets">
      <Faults agents={agents} />
    </Panel>
  )
}

/** Nobody says whether the service runs. */
export function NoAgent({ agents }: AgentsProps) {
  const [first] = agents
  return (
    <section class="verdict verdict-bad" aria-label="State" data-verdict="bad">
      <div role="alert">
        <p class="verdict-title">
          <Mark tone="bad">Act now: no agent answers</Mark>
        </p>
        <p class="verdict-who">
          {first?.group ? `Of the group ${first.group}, n` : 'N'}obody says whether its service runs. A service does not
          outlive its agent for more than some seconds, so that it is down if these agents are.
        </p>
      </div>
      <Faults agents={agents} />
    </section>
  )
}

function Faults({ agents }: AgentsProps) {
  const faults = [...Map.groupBy(agents, ({ error }) => error?.code).values()]
  return (
    <ul class="agents">
      {faults.map((same) => (
        <li key={same[0]?.error?.code} data-fault={same[0]?.error?.code}>
          <Mark tone="bad">
            {same.map(({ label }, index) => (
              <strong key={label} data-agent={label}>
                {index > 0 && ', '}
                {label}
              </strong>
            ))}
          </Mark>
          : {same[0]?.error?.message} <code>{same[0]?.error?.code}</code>
          <p class="hint">
            <Words>{same[0]?.error?.remedy ?? ''}</Words>
          </p>
        </li>
      ))}
    </ul>
  )
}
