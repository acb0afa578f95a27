import type { ConsensusView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Panel } from '../parts/panel.js'
import { Answer, type Asked, useNode } from './ask.js'
import { GenesisPanel } from './genesis-panel.js'
import { nameOf } from './names.js'
import { NodesPanel } from './nodes-panel.js'
import { PeersPanel } from './peers-panel.js'
import { sharesOf } from './share-list.js'
import { Shares } from './shares.js'
import { ExplorerTiles } from './tiles.js'
import { WindowsPanel } from './windows-panel.js'
import { WinnersPanel } from './winners-panel.js'

/** A window of a devnet takes about as long; elsewhere nothing changes between two answers. */
const LEDGER_EVERY_MS = 3_000

/** The ledger as one node has it. */
export function Overview({ label }: { label: string }) {
  const consensus = useNode<ConsensusView>(label, 'consensus', LEDGER_EVERY_MS)
  return (
    <>
      <ExplorerTiles label={label} consensus={consensus.data} />
      <WindowsPanel label={label} />
      <div class="pair">
        <SharesPanel consensus={consensus} />
        <WinnersPanel label={label} />
      </div>
      <NodesPanel label={label} consensus={consensus.data} />
      <div class="pair">
        <PeersPanel label={label} />
        <GenesisPanel label={label} />
      </div>
    </>
  )
}

function SharesPanel({ consensus }: { consensus: Asked<ConsensusView> }) {
  return (
    <Panel id="shares" title="Consensus share" aside={turnOf(consensus.data)}>
      <Answer asked={consensus}>
        {(data) => (
          <>
            <p class="quorum">
              Quorum <strong>{number(data.quorum)}</strong> of <strong>{number(data.total_chain_length)}</strong>, the
              chain length of {data.active_nodes} active members
            </p>
            <Shares shares={sharesOf(data)} />
            {data.others.nodes > 0 && (
              <p class="more">
                and {number(data.others.nodes)} more with {number(data.others.weight)} together
              </p>
            )}
          </>
        )}
      </Answer>
    </Panel>
  )
}

function turnOf(data: ConsensusView | null): string | undefined {
  if (!data) return undefined
  const who = data.proposer ? nameOf(data.proposer) : 'nobody'
  return `${who} proposes window ${number(data.window)}, by ${data.proposer_rule}`
}
