import type { GenesisView } from '../../../src/api/explorer-views.js'
import { Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { nodeHref } from './route.js'

const EVERY_MS = 60_000

/** What is fixed about the network. */
export function GenesisPanel({ label }: { label: string }) {
  const asked = useNode<GenesisView>(label, 'genesis', EVERY_MS)
  return (
    <Panel id="genesis" title="Genesis">
      <Answer asked={asked}>{(genesis) => <GenesisFacts genesis={genesis} />}</Answer>
    </Panel>
  )
}

function GenesisFacts({ genesis }: { genesis: GenesisView }) {
  const { network_name, genesis_hash, genesis_state_hash, proposer_rule, cementing_rule, operators, params } = genesis
  return (
    <>
      <dl class="facts">
        <dt>Network</dt>
        <dd>{network_name}</dd>
        <dt>Genesis hash</dt>
        <dd>
          <code class="hash">{genesis_hash}</code>
        </dd>
        <dt>State hash</dt>
        <dd>
          <code class="hash">{genesis_state_hash}</code>
        </dd>
        <dt>Rules</dt>
        <dd>
          proposer by {proposer_rule}, cemented by {cementing_rule}
        </dd>
        <dt>Operators</dt>
        <dd class="names">
          {operators.map(({ node_id, label }) => (
            <a key={node_id} href={nodeHref(node_id)}>
              {label}
            </a>
          ))}
        </dd>
      </dl>
      <details class="params">
        <summary>Parameters</summary>
        <dl class="facts">
          {Object.entries(params).map(([name, value]) => (
            <Parameter key={name} name={name} value={value} />
          ))}
        </dl>
      </details>
    </>
  )
}

function Parameter({ name, value }: { name: string; value: string | number }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="hash">{value}</dd>
    </>
  )
}
