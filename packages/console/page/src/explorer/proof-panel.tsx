import type { AccountView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import type { Checked } from './check.js'
import type { AccountFault } from './proof.js'
import { windowHref } from './route.js'

/** What this browser found when it checked the proof itself. */
export function ProofPanel({ view, checked }: { view: AccountView; checked: Checked | null }) {
  return (
    <Panel id="proof" title="Proof" aside="checked in this browser">
      <p class="quorum" data-proof={stateOf(checked)}>
        <Verdict checked={checked} />
      </p>
      <ol class="proof-steps">
        <Step name={view.account ? 'Record' : 'Absence'} text={`${number(view.proof.length / 2)} bytes of proof`} />
        <Step name="Account root" text={view.account_root} />
        <Step name="State root" text={view.state_root} />
        {view.proposal_hash !== null && <Step name="Proposal hash" text={view.proposal_hash} />}
      </ol>
      <p class="more">
        That this header was cemented, its node says alone: compare the hash of{' '}
        {view.window === 0 ? 'genesis' : <a href={windowHref(view.window)}>window {number(view.window)}</a>} as seen by
        others.
      </p>
    </Panel>
  )
}

export function stateOf(checked: Checked | null): 'checking' | 'proven' | 'refuted' | 'unable' {
  if (checked === null) return 'checking'
  if (checked.check === null) return 'unable'
  return checked.check.isProven ? 'proven' : 'refuted'
}

function Verdict({ checked }: { checked: Checked | null }) {
  if (checked === null) return <Mark tone="none">checking</Mark>
  const { check } = checked
  if (check === null) {
    return <Mark tone="warn">not checked: a browser hashes for pages from loopback or by HTTPS only</Mark>
  }
  if (!check.isProven) return <Mark tone="bad">not proven: {FAULTS[check.fault]}</Mark>
  if (check.record === null) return <Mark tone="good">proven: there is no such account</Mark>
  return <Mark tone="good">proven: the header commits to this record</Mark>
}

const FAULTS: Readonly<Record<AccountFault, string>> = {
  malformed: 'the proof cannot be read',
  key: 'the proof is about another account',
  account_root: 'the record does not lead to the account root',
  state_root: 'the three roots do not make the state root',
  header: 'the header does not carry these roots, or has another hash',
}

function Step({ name, text }: { name: string; text: string }) {
  return (
    <li>
      <span>{name}</span>
      <code class="hash">{text}</code>
    </li>
  )
}
