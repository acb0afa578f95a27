import { useState } from 'preact/hooks'
import type { ConsensusView, LedgerNodeView, NodesView } from '../../../src/api/explorer-views.js'
import { number, permille, shortHash } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { LedgerHead } from './ledger-head.js'
import { nameOf } from './names.js'
import { accountHref, nodeHref } from './route.js'

const EVERY_MS = 5_000
const PAGE = 50

/** Everybody in the node table, whether this console knows it or not. */
export function NodesPanel({ label, consensus }: { label: string; consensus: ConsensusView | null }) {
  const [cursor, setCursor] = useState('')
  const path = `nodes?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  const asked = useNode<NodesView>(label, path, EVERY_MS)
  const next = asked.data?.next ?? null
  return (
    <Panel id="members" title="Members" aside={asked.data && `${number(asked.data.count)} in the node table`}>
      <Answer asked={asked}>{({ nodes }) => <MemberTable nodes={nodes} consensus={consensus} />}</Answer>
      {(next !== null || cursor !== '') && (
        <div class="more-row">
          <button type="button" class="button" disabled={cursor === ''} onClick={() => setCursor('')}>
            First
          </button>
          <button type="button" class="button" disabled={next === null} onClick={() => setCursor(next ?? '')}>
            More
          </button>
        </div>
      )}
    </Panel>
  )
}

const COLUMNS = ['State', 'Chain length', 'Share', 'Last confirmed', 'Member since', 'Node id', 'Account'] as const
const NUMBERS: ReadonlySet<string> = new Set(['Chain length', 'Share', 'Last confirmed', 'Member since'])

interface TableProps {
  readonly nodes: readonly LedgerNodeView[]
  readonly consensus: ConsensusView | null
}

function MemberTable({ nodes, consensus }: TableProps) {
  const shares = new Map(consensus?.distribution.map((one) => [one.node_id, one.share_permille]))
  return (
    <div class="scroll">
      <table class="ledger">
        <LedgerHead first="Member" columns={COLUMNS} numbers={NUMBERS} />
        <tbody>
          {nodes.map((node) => (
            <Row key={node.node_id} node={node} share={shares.get(node.node_id) ?? null} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ node, share }: { node: LedgerNodeView; share: number | null }) {
  const { node_id, account_id, active, chain_length, last_confirmation_window: last, start_window: start } = node
  return (
    <tr data-member={node_id}>
      <th scope="row">
        <a href={nodeHref(node_id)}>{nameOf(node)}</a>
      </th>
      <td data-name="State">
        <Mark tone={active ? 'good' : 'none'}>{active ? 'active' : 'inactive'}</Mark>
      </td>
      <td data-name="Chain length" class="num">
        {number(chain_length)}
      </td>
      <td data-name="Share" class="num">
        {active ? permille(share) : 'none'}
      </td>
      <td data-name="Last confirmed" class="num">
        {last === 0 ? 'never' : number(last)}
      </td>
      <td data-name="Member since" class="num">
        {start === 0 ? 'genesis' : number(start)}
      </td>
      <td data-name="Node id" class="wide-only">
        <code>{shortHash(node_id)}</code>
      </td>
      <td data-name="Account">
        <a href={accountHref(account_id)}>
          <code>{shortHash(account_id)}</code>
        </a>
      </td>
    </tr>
  )
}
