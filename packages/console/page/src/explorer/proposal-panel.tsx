import type { ProposalView, WindowView } from '../../../src/api/explorer-views.js'
import { bytes, clockTime, dayTime, duration, MISSING, number } from '../data/format.js'
import { Panel } from '../parts/panel.js'
import { Fact, Hash } from './facts.js'
import { Member } from './member.js'
import { nameOf } from './names.js'
import { windowHref } from './route.js'

/** The header of a window. */
export function ProposalPanel({ view }: { view: WindowView }) {
  return (
    <Panel id="proposal" title="Proposal" aside={certificateNote(view)}>
      <Header header={view.header} view={view} />
      <Rest header={view.header} view={view} />
    </Panel>
  )
}

function certificateNote({ certificate, evidence }: WindowView): string {
  if (!certificate) return evidence.length === 0 ? '' : 'cemented by evidence'
  return `cemented in round ${certificate.round} by ${certificate.signers.map(nameOf).join(', ')}`
}

function Header({ header, view }: { header: ProposalView; view: WindowView }) {
  const { applied_at: at, winner, drawn, fallback_depth: depth } = header
  return (
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
  )
}

function Rest({ header, view }: { header: ProposalView; view: WindowView }) {
  return (
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
  )
}
