import type { ProposalView, WindowView } from '../../../src/api/explorer-views.js'
import type { Refusal } from '../data/api.js'
import { bytes, clockTime, dayTime, duration, MISSING, number } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, isAbsent, useNode } from './ask.js'
import { Bundles } from './bundles.js'
import { Controls } from './controls.js'
import { Crumbs } from './crumbs.js'
import { Fact, Hash } from './facts.js'
import { Member } from './member.js'
import { nameOf } from './names.js'
import { QuorumBar } from './quorum-bar.js'
import { windowHref } from './route.js'

/** A window that is not there yet may come; what is cemented stays. */
const EVERY_MS = 5_000

export function WindowPlace({ label, window }: { label: string; window: number }) {
  const asked = useNode<WindowView>(label, `window/${window}`, EVERY_MS)
  const head = asked.data?.head ?? null
  return (
    <>
      <Crumbs title={`Window ${number(window)}`}>
        {window > 1 && <a href={windowHref(window - 1)}>← {number(window - 1)}</a>}
        {head !== null && head > window && <a href={windowHref(window + 1)}>{number(window + 1)} →</a>}
      </Crumbs>
      {isAbsent(asked) ? (
        <NotHere refusal={asked.refusal} />
      ) : (
        <Answer asked={asked}>{(view) => <Window view={view} />}</Answer>
      )}
    </>
  )
}

/** It may come, so that this is no failure. */
function NotHere({ refusal }: { refusal: Refusal | null }) {
  return (
    <Empty title="This node does not have it">
      {refusal?.message}: {refusal?.remedy}. This page goes on asking.
    </Empty>
  )
}

function Window({ view }: { view: WindowView }) {
  const { weights, weights_reason: reason } = view
  return (
    <>
      <Panel id="proposal" title="Proposal" aside={certificateNote(view)}>
        <Header header={view.header} view={view} />
      </Panel>
      <div class="pair">
        <Panel
          id="evidence"
          title={`Confirmed by ${counted(view.evidence.length)}`}
          aside="confirmations of this window"
        >
          {weights ? <QuorumBar weights={weights} /> : <p class="quorum">No weights: {reason ?? 'not known'}.</p>}
          <Bundles bundles={view.evidence} whole={weights?.active_chain_length ?? null} />
        </Panel>
        <Panel
          id="credited"
          title={`Credited: ${counted(view.confirmers.length)}`}
          aside={
            view.window > 1 ? `confirmations of ${number(view.window - 1)}: chain length + 1` : 'none in the first'
          }
        >
          <Bundles bundles={view.confirmers} whole={weights?.active_chain_length ?? null} />
        </Panel>
      </div>
      {view.control.length > 0 && <Controls control={view.control} />}
    </>
  )
}

const counted = (count: number) => `${count} ${count === 1 ? 'member' : 'members'}`

function certificateNote({ certificate, evidence }: WindowView): string {
  if (!certificate) return evidence.length === 0 ? '' : 'cemented by evidence'
  return `cemented in round ${certificate.round} by ${certificate.signers.map(nameOf).join(', ')}`
}

function Header({ header, view }: { header: ProposalView; view: WindowView }) {
  const { applied_at: at, winner, drawn, fallback_depth: depth } = header
  return (
    <>
      <dl class="facts">
        <Fact name="Applied">
          {at === null ? MISSING : `${dayTime(at).slice(0, 10)} ${clockTime(at)} UTC`}
          {view.took_ms !== null && <span class="extra"> · {duration(view.took_ms)} after the window before</span>}
        </Fact>
        <Fact name="Proposer">
          <Member member={header.proposer} />
          {depth > 1 && <span class="extra"> · place {depth} of the list</span>}
        </Fact>
        <Fact name="Winner">
          <Member member={winner} />
          {!drawn && <span class="extra"> · nobody was in the draw, so it is the proposer</span>}
        </Fact>
        <Fact name="Envelope">{bytes(header.envelope_size)}</Fact>
        <Hash name="Proposal hash" value={header.proposal_hash} />
        <Fact name="Before it">
          <a href={windowHref(view.window - 1)}>{number(view.window - 1)}</a>{' '}
          <code class="hash">{header.prev_proposal_hash}</code>
        </Fact>
        <Hash name="State root" value={header.state_root} />
        <Hash name="Timechain value" value={header.timechain_value} />
      </dl>
      <details class="params">
        <summary>All of the header</summary>
        <dl class="facts">
          <Hash name="Node root" value={header.node_root} />
          <Hash name="Candidate root" value={header.candidate_root} />
          <Hash name="Account root" value={header.account_root} />
          <Hash name="Control root" value={header.control_root} />
          <Hash name="Included bundles" value={header.included_bundles_root} />
          <Hash name="Included reveals" value={header.included_reveals_root} />
          <Hash name="Winner endpoint" value={header.winner_endpoint} />
          <Hash name="Target" value={header.target} />
          <Fact name="Protocol version">{header.protocol_version}</Fact>
          <Hash name="Context hash" value={view.context_hash} />
          <Hash name="Cement value" value={view.cement_value} />
          <Hash name="Signature" value={header.signature} />
        </dl>
      </details>
    </>
  )
}
