import type { ExplorerData } from '../../../src/api/data-views.js'
import { MISSING, moneta, number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Tile } from '../parts/tile.js'

/** The state of the mesh in one row. */
export function StaticTiles({ data: { network_summary: summary, nodes, ledger } }: { data: ExplorerData }) {
  const { active_nodes: active, total_nodes: total, max_window: head, total_supply_nj: supply } = summary
  const accounts = nodes.find((node) => node.current_window === head)?.account_table
  const members = ledger.consensus?.distribution.length
  return (
    <dl class="tiles">
      <Tile id="window" name="Window" value={number(head)} note="the highest of any node" />
      <Tile
        id="active"
        name="Nodes"
        value={<Mark tone={active < total ? 'warn' : 'good'}>{`${active} of ${total}`}</Mark>}
        note="answer"
      />
      <AgreeTile agree={summary.agree} />
      <Tile
        id="accounts"
        name="Accounts"
        value={number(accounts)}
        note={members == null ? MISSING : `${members} members`}
      />
      <Tile id="supply" name="Supply" value={moneta(supply)} note="emitted so far" />
    </dl>
  )
}

function AgreeTile({ agree }: { agree: boolean | null }) {
  const [tone, word] =
    agree === null
      ? (['none', 'not compared'] as const)
      : agree
        ? (['good', 'equal'] as const)
        : (['bad', 'differ'] as const)
  return <Tile id="agree" name="Hashes" value={<Mark tone={tone}>{word}</Mark>} note="at the lowest common window" />
}
