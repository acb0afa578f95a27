import { useState } from 'preact/hooks'
import { postJson, type Refusal } from '../data/api.js'
import { Dialog, Field } from '../parts/dialog.js'
import { Panel } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import type { Access } from './access.js'
import { Check } from './role-dialog.js'
import type { MirrorView, RemoveReport } from './types.js'
import { type Mirrors, postJob } from './use-mirrors.js'
import { progressOf } from './words.js'

interface DangerProps {
  readonly mirrors: Mirrors
  readonly list: readonly MirrorView[]
  readonly access: Access
}

/** Apart from the rest: what is removed here is not mirrored any more. */
export function DangerZone({ mirrors, list, access }: DangerProps) {
  const [asked, setAsked] = useState<string | null>(null)
  const mirror = list.find(({ id }) => id === asked)
  const isBusy = (each: MirrorView) => progressOf(each, mirrors.page?.jobs ?? []) !== null
  return (
    <Panel id="danger" title="Danger zone">
      <ul class="roles">
        {list.map((each) => (
          <li key={each.id} class="role-row">
            <strong>{each.id}</strong>
            <span class="watch-note">
              Forget it: its keys, its stored credential and its history here. Its code stays.
            </span>
            <span class="mirror-buttons">
              <button
                type="button"
                class="button button-danger"
                data-remove={each.id}
                disabled={!access.mayChange || isBusy(each) || !each.actions.remove.enabled}
                onClick={() => setAsked(each.id)}
              >
                Remove…
              </button>
            </span>
          </li>
        ))}
      </ul>
      {mirror && <RemoveDialog mirror={mirror} mirrors={mirrors} onClose={() => setAsked(null)} />}
    </Panel>
  )
}

interface RemoveProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  onClose(): void
}

type Withdrawn = 'secrets' | 'variables'

/** Lists what would go before it asks for the name. Spec repository-mirror 14.2. */
function RemoveDialog({ mirror, mirrors, onClose }: RemoveProps) {
  const [withdraw, setWithdraw] = useState<readonly Withdrawn[]>([])
  const [reason, setReason] = useState('')
  const [confirm, setConfirm] = useState('')
  const run = useRemove(mirror, mirrors, onClose)
  const wanted = mirror.type === 'github' ? (mirror.target ?? '') : mirror.id
  const toggle = (kind: Withdrawn, isOn: boolean) => {
    setWithdraw((all) => (isOn ? [...all, kind] : all.filter((each) => each !== kind)))
    run.forget()
  }
  const isReady = reason.trim() !== '' && !run.isBusy
  return (
    <Dialog title={`Remove ${mirror.id}`} id="remove" onClose={onClose}>
      {mirror.type === 'github' && (
        <>
          <WithdrawCheck kind="secrets" withdraw={withdraw} toggle={toggle} />
          <WithdrawCheck kind="variables" withdraw={withdraw} toggle={toggle} />
        </>
      )}
      <Field label="Reason" value={reason} onInput={setReason} maxLength={200} />
      {run.report && <WouldGo report={run.report} />}
      {run.report && <Field label={`Type ${wanted} to go on`} value={confirm} onInput={setConfirm} maxLength={200} />}
      <Refused refusal={run.refusal} />
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="button"
          data-do="list"
          disabled={!isReady}
          onClick={() => run.list({ withdraw, reason: reason.trim() })}
        >
          List what goes
        </button>
        <button
          type="button"
          class="button button-danger"
          data-do="remove"
          disabled={!isReady || run.report === null || confirm !== wanted}
          onClick={() => run.remove({ withdraw, reason: reason.trim(), confirm })}
        >
          Remove
        </button>
      </div>
    </Dialog>
  )
}

interface WithdrawProps {
  readonly kind: Withdrawn
  readonly withdraw: readonly Withdrawn[]
  toggle(kind: Withdrawn, isOn: boolean): void
}

function WithdrawCheck({ kind, withdraw, toggle }: WithdrawProps) {
  return (
    <Check
      label={`Withdraw ${kind}: delete there those that the mirror made`}
      isChecked={withdraw.includes(kind)}
      onChange={(isOn) => toggle(kind, isOn)}
    />
  )
}

function useRemove(mirror: MirrorView, mirrors: Mirrors, onClose: () => void) {
  const [report, setReport] = useState<RemoveReport | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const url = `/api/mirrors/${mirror.id}/remove`
  const list = async (body: object) => {
    setBusy(true)
    const reply = await postJson<{ readonly wouldGo: RemoveReport }>(url, { ...body, dryRun: true })
    setBusy(false)
    setRefusal(reply.ok ? null : reply.refusal)
    setReport(reply.ok ? reply.data.wouldGo : null)
  }
  const remove = async (body: object) => {
    setBusy(true)
    const reply = await postJob(url, body)
    setBusy(false)
    if (!reply.ok) return setRefusal(reply.refusal)
    mirrors.track(reply.data.jobId)
    onClose()
  }
  return { report, refusal, isBusy, list, remove, forget: () => setReport(null) }
}

function WouldGo({ report: { withdrawn, kept, keys } }: { report: RemoveReport }) {
  const names = (list: readonly string[]) => (list.length === 0 ? 'none' : list.join(', '))
  const stay = [...kept.secrets, ...kept.variables]
  return (
    <dl class="would-go" data-would-go="">
      <dt>Keys of .env</dt>
      <dd>{names(keys)}</dd>
      <dt>Secrets deleted there</dt>
      <dd>{names(withdrawn.secrets)}</dd>
      <dt>Variables deleted there</dt>
      <dd>{names(withdrawn.variables)}</dd>
      {stay.length > 0 && (
        <>
          <dt>Stay, as they were there before</dt>
          <dd>{names(stay)}</dd>
        </>
      )}
    </dl>
  )
}
