import type { AccountView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import type { Check } from './check.js'
import { windowHref } from './route.js'

/** What this browser found when it checked the proof itself. */
export function ProofPanel({ view, check }: { view: AccountView; check: Check | null }) {
  return (
    <Panel id="proof" title="Proof" aside="checked in this browser">
      <p class="quorum" data-proof={stateOf(check)}>
        <Verdict check={check} />
      </p>
      <ol class="proof-steps">
        <Step name={view.account ? 'Record' : 'Absence'} hash={`${view.proof.length / 2} bytes of proof`} />
        <Step name="Account root" hash={view.account_root} />
        <Step name="State root" hash={view.state_root} />
        {view.proposal_hash !== null && <Step name="Proposal hash" hash={view.proposal_hash} />}
        <li>
          <span>Window</span>
          <span>
            {view.window === 0 ? 'genesis' : <a href={windowHref(view.window)}>{number(view.window)}</a>}: compare its
            hash on another node
          </span>
        </li>
      </ol>
    </Panel>
  )
}

export function stateOf(check: Check | null): 'checking' | 'proven' | 'refuted' | 'unable' {
  if (check === null) return 'checking'
  if (check.isProven) return 'proven'
  return check.fault === 'insecure' ? 'unable' : 'refuted'
}

function Verdict({ check }: { check: Check | null }) {
  if (check === null) return <Mark tone="none">checking</Mark>
  if (check.isProven && check.record === null) return <Mark tone="good">proven: there is no such account</Mark>
  if (check.isProven) return <Mark tone="good">proven: what is shown is what the header commits to</Mark>
  if (check.fault === 'insecure') return <Mark tone="warn">{FAULTS.insecure}</Mark>
  return <Mark tone="bad">not proven: {FAULTS[check.fault]}</Mark>
}

const FAULTS = {
  malformed: 'the proof cannot be read',
  key: 'the proof is about another account',
  account_root: 'the record does not lead to the account root',
  state_root: 'the three roots do not make the state root',
  header: 'the header does not carry these roots, or has another hash',
  insecure: 'not checked: a browser hashes on loopback or over TLS only',
} as const

function Step({ name, hash }: { name: string; hash: string }) {
  return (
    <li>
      <span>{name}</span>
      <code class="hash">{hash}</code>
    </li>
  )
}
