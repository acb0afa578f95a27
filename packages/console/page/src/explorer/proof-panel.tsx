import type { AccountView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import type { Checked } from './check.js'
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
  if (checked.verdict === null) return 'unable'
  return checked.verdict.isValid ? 'proven' : 'refuted'
}

function Verdict({ checked }: { checked: Checked | null }) {
  if (checked === null) return <Mark tone="none">checking</Mark>
  const { verdict } = checked
  if (verdict === null) {
    return <Mark tone="warn">not checked: a browser hashes for pages from loopback or by HTTPS only</Mark>
  }
  if (!verdict.isValid) return <Mark tone="bad">not proven: {verdict.fault}</Mark>
  if (verdict.record === null) return <Mark tone="good">proven: there is no such account</Mark>
  return <Mark tone="good">proven: the header commits to this record</Mark>
}

function Step({ name, text }: { name: string; text: string }) {
  return (
    <li>
      <span>{name}</span>
      <code class="hash">{text}</code>
    </li>
  )
}
