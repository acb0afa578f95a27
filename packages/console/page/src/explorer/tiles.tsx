import type { ChainStatusView, ConsensusView } from '../../../src/api/explorer-views.js'
import { MISSING, moneta, number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Refused } from '../parts/refusal.js'
import { Tile } from '../parts/tile.js'
import { useNode } from './ask.js'

const EVERY_MS = 3_000

/** The size of the ledger in one row. */
export function ExplorerTiles({ label, consensus }: { label: string; consensus: ConsensusView | null }) {
  const { data, refusal } = useNode<ChainStatusView>(label, 'status', EVERY_MS)
  return (
    <>
      <Refused refusal={refusal} />
      <dl class="tiles">
        <Tile id="cemented" name="Last cemented" value={number(data?.last_cemented_window)} note={syncNote(data)} />
        <MembersTile status={data} consensus={consensus} />
        <Tile id="accounts" name="Accounts" value={number(data?.accounts)} note="in the ledger" />
        <Tile id="archive" name="Windows kept" value={number(data?.proposals_archived)} note={archiveNote(data)} />
        <Tile id="supply" name="Supply" value={moneta(data?.supply_nj)} note="emitted so far" />
      </dl>
    </>
  )
}

function syncNote(data: ChainStatusView | null) {
  if (!data) return 'asking'
  return data.synced ? `deciding ${number(data.current_window)}` : <Mark tone="warn">catching up</Mark>
}

function MembersTile({ status, consensus }: { status: ChainStatusView | null; consensus: ConsensusView | null }) {
  const value = status && consensus ? `${number(consensus.active_nodes)} of ${number(status.nodes)}` : MISSING
  const candidates = status?.candidates ?? 0
  const note = candidates === 0 ? 'active, no candidate' : `active, ${number(candidates)} registered`
  return <Tile id="members" name="Members" value={value} note={status ? note : 'asking'} />
}

function archiveNote(data: ChainStatusView | null): string {
  if (!data) return 'asking'
  return data.oldest_window === null ? 'none yet' : `from window ${number(data.oldest_window)} on`
}
