import type { ConsensusView, LedgerNodeView, NodeView } from '../../../src/api/explorer-views.js'
import { number, permille } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, isAbsent, useNode } from './ask.js'
import { Crumbs } from './crumbs.js'
import { Fact, Hash } from './facts.js'
import { nameOf } from './names.js'
import { accountHref, windowHref } from './route.js'

const EVERY_MS = 3_000

export function NodePlace({ label, id }: { label: string; id: string }) {
  const asked = useNode<NodeView>(label, `node/${id}`, EVERY_MS)
  const consensus = useNode<ConsensusView>(label, 'consensus', EVERY_MS)
  return (
    <>
      <Crumbs title={asked.data ? `Node ${nameOf(asked.data)}` : 'Node'} />
      {isAbsent(asked) ? (
        <NotMember id={id} />
      ) : (
        <Answer asked={asked}>{(node) => <Node node={node} consensus={consensus.data} />}</Answer>
      )}
    </>
  )
}

function NotMember({ id }: { id: string }) {
  return (
    <Empty title="Not in the node table">
      <code class="hash">{id}</code> is no member now. A candidate becomes one at a selection.
    </Empty>
  )
}

function Node({ node, consensus }: { node: LedgerNodeView; consensus: ConsensusView | null }) {
  const { active, weight, chain_length, chain_length_snapshot: snapshot, start_window: start } = node
  const share = consensus?.distribution.find(({ node_id }) => node_id === node.node_id)
  const slot = consensus?.slots.findIndex(({ node_id }) => node_id === node.node_id) ?? -1
  return (
    <Panel
      id="node"
      title="Record"
      aside={node.bootstrap ? 'bootstrap operator: the last resort of proposers' : undefined}
    >
      <dl class="facts">
        <Fact name="State">
          <Mark tone={active ? 'good' : 'none'}>
            {active ? 'active' : 'inactive: weighs nothing until it confirms'}
          </Mark>
        </Fact>
        <Fact name="Weight">
          {number(weight)}
          {share && <span class="extra"> · {permille(share.share_permille)} of the consensus</span>}
        </Fact>
        <Fact name="Chain length">
          {number(chain_length)} <span class="extra">· snapshot {number(snapshot)}</span>
        </Fact>
        <Fact name="Last confirmed">
          <WindowLink window={node.last_confirmation_window} none="never" />
        </Fact>
        <Fact name="Member since">
          <WindowLink window={start} none="genesis" />
        </Fact>
        {consensus && slot >= 0 && (
          <Fact name="Turn">
            {slot === 0 ? 'proposes' : `place ${slot + 1} for`} window {number(consensus.window)}
          </Fact>
        )}
        <Hash name="Node id" value={node.node_id} />
        <Fact name="Account">
          <a href={accountHref(node.account_id)}>
            <code class="hash">{node.account_id}</code>
          </a>
        </Fact>
      </dl>
    </Panel>
  )
}

function WindowLink({ window, none }: { window: number; none: string }) {
  return window === 0 ? <span>{none}</span> : <a href={windowHref(window)}>{number(window)}</a>
}
