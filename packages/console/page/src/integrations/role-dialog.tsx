import { useEffect, useRef, useState } from 'preact/hooks'
import type { Refusal } from '../data/api.js'
import { Dialog, Field } from '../parts/dialog.js'
import { Refused } from '../parts/refusal.js'
import { Report } from './role-report.js'
import type { MirrorView, RoleReport } from './types.js'
import { endOf, type Mirrors, postJob, refusalOf } from './use-mirrors.js'

export interface RoleDialogProps {
  readonly kind: 'promote' | 'demote'
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  onClose(): void
}

interface Draft {
  readonly reason: string
  readonly force: boolean
  readonly drained: boolean
  readonly confirm: string
}

const WORDS = {
  promote: {
    title: 'Promote',
    verb: 'Promote',
    intro: 'The replica acts from then on. While the primary lives this is a planned switch: it stops first.',
    drained: 'Everything that acts for the primary on any host has been stopped: do not wait for its last permit',
  },
  demote: {
    title: 'Demote',
    verb: 'Demote',
    intro: 'Both histories are united, then the primary acts again and this is a replica.',
    drained: 'Everything that acts for the temporary primary has been stopped: do not wait for its last permit',
  },
} as const

/** Two steps: a dry run shows conditions and steps, then the typed name starts it. Spec repository-mirror 14.2. */
export function RoleDialog({ kind, mirror, mirrors, onClose }: RoleDialogProps) {
  const words = WORDS[kind]
  const [draft, setDraft] = useState<Draft>({ reason: '', force: false, drained: false, confirm: '' })
  const run = useRole({ kind, mirror, mirrors, onClose }, draft)
  const set = (change: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...change }))
    if (change.confirm === undefined) run.forget()
  }
  const isTyped = draft.confirm === mirror.target
  const isReady = draft.reason.trim() !== '' && !run.isBusy
  const mayRehearse = isReady && (!draft.force || isTyped)
  const mayStart = isReady && run.report !== null && isTyped
  const typed = <Typed target={mirror.target ?? ''} value={draft.confirm} onInput={(confirm) => set({ confirm })} />
  return (
    <Dialog title={`${words.title} ${mirror.id}`} id={kind} onClose={onClose}>
      <p class="dialog-intro">{words.intro}</p>
      <Field label="Reason" value={draft.reason} onInput={(reason) => set({ reason })} maxLength={200} />
      <Check label={words.drained} isChecked={draft.drained} onChange={(drained) => set({ drained })} />
      {kind === 'promote' && (
        <Check
          label="Force: also while the primary is silent and its record young"
          isChecked={draft.force}
          onChange={(force) => set({ force })}
        />
      )}
      {draft.force && run.report === null && typed}
      {run.report && <Report report={run.report} />}
      {run.report && typed}
      <Refused refusal={run.refusal} />
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button" data-do="dry-run" disabled={!mayRehearse} onClick={run.rehearse}>
          {run.isBusy && run.report === null ? 'Looking…' : 'Dry run'}
        </button>
        <button type="button" class="button button-main" data-do="start" disabled={!mayStart} onClick={run.start}>
          {words.verb}
        </button>
      </div>
    </Dialog>
  )
}

function Typed({ target, value, onInput }: { target: string; value: string; onInput(value: string): void }) {
  return <Field label={`Type ${target} to go on`} value={value} onInput={onInput} maxLength={200} />
}

interface CheckProps {
  readonly label: string
  readonly isChecked: boolean
  onChange(isChecked: boolean): void
}

export function Check({ label, isChecked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  )
}

function useRole({ kind, mirror, mirrors, onClose }: RoleDialogProps, draft: Draft) {
  const [report, setReport] = useState<RoleReport | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const ending = useEnding()
  const post = async (dryRun: boolean) => {
    setBusy(true)
    setRefusal(null)
    const { reason, force, drained, confirm } = draft
    const expectedEpoch = mirrors.page?.fence.epoch ?? 1
    const forced = kind === 'promote' ? { force } : {}
    const typed = confirm === '' ? {} : { confirm }
    const body = { reason: reason.trim(), expectedEpoch, dryRun, drained, ...forced, ...typed }
    return await postJob(`/api/mirrors/${mirror.id}/${kind}`, body)
  }
  const rehearse = async () => {
    const reply = await post(true)
    const end = reply.ok ? await endOf(reply.data.jobId, ending) : reply
    if (ending.aborted) return
    setBusy(false)
    const refused = end.ok ? refusalOf(end.data) : end.refusal
    setRefusal(refused)
    setReport(end.ok && refused === null ? (end.data.result as RoleReport) : null)
  }
  const start = async () => {
    const reply = await post(false)
    setBusy(false)
    if (!reply.ok) return setRefusal(reply.refusal)
    mirrors.track(reply.data.jobId)
    onClose()
  }
  return { report, refusal, isBusy, rehearse, start, forget: () => setReport(null) }
}

/** Fires when the part is no longer shown. */
export function useEnding(): AbortSignal {
  const ending = useRef(new AbortController())
  useEffect(() => () => ending.current.abort(), [])
  return ending.current.signal
}
