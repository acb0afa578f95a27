import type { LedgerFacts } from '../../../src/api/data-views.js'
import { number } from '../data/format.js'
import { Fact, Hash } from '../explorer/facts.js'
import { Shares } from '../explorer/shares.js'
import { Winners } from '../explorer/winners.js'
import { Empty } from '../parts/panel.js'

export function quorumNote({ consensus }: LedgerFacts): string {
  if (!consensus) return ''
  return `quorum ${number(consensus.quorum)} of ${number(consensus.total_chain_length)}`
}

export function Operators({ ledger: { consensus } }: { ledger: LedgerFacts }) {
  if (!consensus) return <Unsaid />
  const shares = consensus.distribution.map((one) => ({
    ...{ id: one.node_id, name: one.label ?? one.node_id.slice(0, 8), href: null },
    ...{ weight: one.weight, permille: one.share_permille },
  }))
  return <Shares shares={shares} />
}

export function LatestWinners({ ledger: { winners } }: { ledger: LedgerFacts }) {
  if (!winners) return <Unsaid />
  if (winners.length === 0) return <Empty title="No winner yet">The first window with a winner is the second.</Empty>
  const named = winners.map(({ window, label, node_id }) => {
    return { window, windowHref: null, name: label ?? node_id.slice(0, 8) }
  })
  return <Winners winners={named} />
}

export function Genesis({ ledger: { genesis } }: { ledger: LedgerFacts }) {
  if (!genesis) return <Unsaid />
  return (
    <dl class="facts">
      <Fact name="Network">{genesis.network_name}</Fact>
      <Hash name="Genesis hash" value={genesis.genesis_hash} />
    </dl>
  )
}

function Unsaid() {
  return <Empty title="Not said">No node answered when this was last asked, or its build does not say it.</Empty>
}
