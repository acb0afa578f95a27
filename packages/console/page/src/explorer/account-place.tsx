import type { AccountRecordView, AccountView } from '../../../src/api/explorer-views.js'
import { moneta, number } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { useCheck } from './check.js'
import { Crumbs } from './crumbs.js'
import { Fact, Hash } from './facts.js'
import { Member } from './member.js'
import { ProofPanel } from './proof-panel.js'
import { windowHref } from './route.js'

const EVERY_MS = 5_000

export function AccountPlace({ label, id }: { label: string; id: string }) {
  const asked = useNode<AccountView>(label, `account/${id}`, EVERY_MS)
  return (
    <>
      <Crumbs title="Account" />
      <Answer asked={asked}>{(view) => <Checked view={view} id={id} label={label} />}</Answer>
    </>
  )
}

function Checked({ view, id, label }: { view: AccountView; id: string; label: string }) {
  const checked = useCheck(view, id)
  // What is shown and what was checked are one answer.
  const shown = checked?.of ?? view
  const record = checked?.check?.isProven ? checked.check.record : shown.account
  return (
    <>
      <Panel id="account" title="Record" aside={`at window ${number(shown.window)}, as ${label} has it`}>
        {record ? <Record view={shown} id={id} record={record} /> : <NoAccount id={id} />}
      </Panel>
      <ProofPanel view={shown} checked={checked} />
    </>
  )
}

function NoAccount({ id }: { id: string }) {
  return (
    <Empty title="No such account">
      Nothing was ever credited to <code class="hash">{id}</code>.
    </Empty>
  )
}

function Record({ view, id, record }: { view: AccountView; id: string; record: AccountRecordView }) {
  const { balance_nj, op_height, creation_window: made, last_op_window: last, keyless } = record
  return (
    <dl class="facts">
      <Fact name="Balance">
        <strong>{moneta(balance_nj)}</strong>
      </Fact>
      <Fact name="Operates">{view.operates ? <Member member={view.operates} /> : 'no node'}</Fact>
      <Fact name="Operations">
        {number(op_height)}
        {last > 0 && (
          <>
            {' '}
            <span class="extra">· the last in window</span> <a href={windowHref(last)}>{number(last)}</a>
          </>
        )}
      </Fact>
      <Fact name="Since">{made === 0 ? 'genesis' : <a href={windowHref(made)}>{number(made)}</a>}</Fact>
      <Fact name="Key">{keyless ? 'not known to the ledger yet' : `suite ${record.suite}`}</Fact>
      <Hash name="Account id" value={id} />
      <Hash name="Address" value={view.address} />
    </dl>
  )
}
