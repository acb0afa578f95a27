import { useState } from 'preact/hooks'
import type { ProposalRow, ProposalsView } from '../../../src/api/explorer-views.js'
import { bytes, clockTime, number, shortHash } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { LedgerHead } from './ledger-head.js'
import { Member } from './member.js'
import { windowHref } from './route.js'

const EVERY_MS = 3_000
const PAGE = 12

/** The latest windows, and page by page those before them. */
export function WindowsPanel({ label }: { label: string }) {
  /** Of the page that is shown; empty: the newest, which goes on. */
  const [cursor, setCursor] = useState('')
  const path = `proposals?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  const asked = useNode<ProposalsView>(label, path, EVERY_MS)
  const next = asked.data?.next ?? null
  return (
    <Panel id="windows" title="Windows" aside={cursor === '' ? 'the latest' : 'older'}>
      <Answer asked={asked}>
        {({ proposals }) => (proposals.length === 0 ? <NoWindow /> : <WindowTable proposals={proposals} />)}
      </Answer>
      <div class="more-row">
        <button type="button" class="button" disabled={cursor === ''} onClick={() => setCursor('')}>
          Newest
        </button>
        <button type="button" class="button" disabled={next === null} onClick={() => setCursor(next ?? '')}>
          Older
        </button>
      </div>
    </Panel>
  )
}

function NoWindow() {
  return <Empty title="No window yet">The first one is cemented once a quorum of the members has confirmed it.</Empty>
}

const COLUMNS = ['Applied', 'Proposer', 'Winner', 'Confirmed by', 'Size', 'Proposal', 'State root'] as const
const NUMBERS: ReadonlySet<string> = new Set(['Confirmed by', 'Size'])

function WindowTable({ proposals }: { proposals: readonly ProposalRow[] }) {
  return (
    <div class="scroll">
      <table class="ledger">
        <LedgerHead first="Window" columns={COLUMNS} numbers={NUMBERS} />
        <tbody>
          {proposals.map((row) => (
            <Row key={row.window} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ row }: { row: ProposalRow }) {
  const { window, applied_at, proposer, winner, drawn, fallback_depth: depth } = row
  return (
    <tr data-window={window}>
      <th scope="row">
        <a href={windowHref(window)}>{number(window)}</a>
      </th>
      <td data-name="Applied">{clockTime(applied_at)}</td>
      <td data-name="Proposer" data-cell="proposer">
        <Member member={proposer} />
        {depth > 1 && <span class="extra"> place {depth}</span>}
      </td>
      <td data-name="Winner" data-cell="winner">
        {drawn ? <Member member={winner} /> : <span class="extra">no draw</span>}
      </td>
      <td data-name="Confirmed by" class="num">
        {number(row.bundle_count)}
      </td>
      <td data-name="Size" class="num wide-only">
        {bytes(row.envelope_size)}
      </td>
      <td data-name="Proposal">
        <code>{shortHash(row.proposal_hash)}</code>
      </td>
      <td data-name="State root" class="wide-only">
        <code>{shortHash(row.state_root)}</code>
      </td>
    </tr>
  )
}
