import { useState } from 'preact/hooks'
import { postJson, type Refusal } from '../data/api.js'
import { Dialog } from '../parts/dialog.js'
import { Refused } from '../parts/refusal.js'
import { CredentialStep, TargetStep, TypeStep } from './add-steps.js'
import { candidateOf, credentialProblem, type Draft, EMPTY, type TestReport, targetProblem } from './candidate.js'
import { NEEDED, Permissions } from './permissions.js'
import { useEnding } from './role-dialog.js'
import type { MirrorsPage } from './types.js'
import { LAYERS } from './types.js'
import { endOf, type Mirrors, postJob, refusalOf } from './use-mirrors.js'

interface AddProps {
  readonly page: MirrorsPage
  readonly mirrors: Mirrors
  onClose(): void
}

const STEPS = ['Type', 'Target', 'Credential', 'Test', 'Review'] as const

interface Saved {
  readonly id: string
  readonly note: string | null
}

/** Nothing is saved before every permission was tried live. Spec repository-mirror 14.2. */
export function AddMirror({ page, mirrors, onClose }: AddProps) {
  const [step, setStep] = useState(0)
  const [draft, setDraft] = useState<Draft>(EMPTY)
  const run = useAdd(mirrors, draft)
  const set = (change: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...change }))
    if (change.name === undefined) run.forget()
  }
  if (run.saved) return <SavedDialog saved={run.saved} mirrors={mirrors} onClose={onClose} />
  const problem = step === 1 ? targetProblem(draft) : step === 2 ? credentialProblem(draft) : null
  const isStuck = problem !== null || (step === 3 && run.report?.testedAs == null)
  const props = { draft, set, mayMakeKeys: page.offers.ssh }
  return (
    <Dialog title="Add a mirror" id="add" onClose={onClose}>
      <ol class="steps" aria-label="Steps">
        {STEPS.map((name, at) => (
          <li key={name} {...(at === step ? { 'aria-current': 'step' as const } : {})}>
            {name}
          </li>
        ))}
      </ol>
      {step === 0 && <TypeStep {...props} />}
      {step === 1 && <TargetStep {...props} />}
      {step === 2 && <CredentialStep {...props} />}
      {step === 3 && <TestStep draft={draft} run={run} />}
      {step === 4 && <Review draft={draft} page={page} />}
      {problem !== null && <p class="dialog-intro">{problem}</p>}
      <Refused refusal={run.refusal} />
      <div class="buttons">
        <button type="button" class="button" onClick={step === 0 ? onClose : () => setStep(step - 1)}>
          {step === 0 ? 'Cancel' : 'Back'}
        </button>
        {step < STEPS.length - 1 ? (
          <button
            type="button"
            class="button button-main"
            data-do="next"
            disabled={isStuck}
            onClick={() => setStep(step + 1)}
          >
            Next
          </button>
        ) : (
          <button type="button" class="button button-main" data-do="save" disabled={run.isBusy} onClick={run.save}>
            {run.isBusy ? 'Saving…' : 'Save'}
          </button>
        )}
      </div>
    </Dialog>
  )
}

type AddRun = ReturnType<typeof useAdd>

function useAdd(mirrors: Mirrors, draft: Draft) {
  const [report, setReport] = useState<TestReport | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [saved, setSaved] = useState<Saved | null>(null)
  const ending = useEnding()
  const forget = () => {
    setReport(null)
    setRefusal(null)
  }
  const test = async () => {
    setBusy(true)
    forget()
    const reply = await postJson<TestReport>('/api/mirrors/test', { candidate: candidateOf(draft) })
    setBusy(false)
    setReport(reply.ok ? reply.data : null)
    setRefusal(reply.ok ? null : reply.refusal)
  }
  const save = async () => {
    setBusy(true)
    const reply = await postJob('/api/mirrors', { candidate: candidateOf(draft), testedAs: report?.testedAs })
    const end = reply.ok ? await endOf(reply.data.jobId, ending) : reply
    mirrors.again()
    if (ending.aborted) return
    setBusy(false)
    const refused = end.ok ? refusalOf(end.data) : end.refusal
    setRefusal(refused)
    if (end.ok && refused === null) setSaved(end.data.result as Saved)
  }
  return { report, refusal, isBusy, saved, forget, test, save }
}

function TestStep({ draft, run }: { draft: Draft; run: AddRun }) {
  return (
    <>
      <p class="dialog-intro">Every permission is tried now, without changing anything there.</p>
      {run.report === null && draft.type === 'github' && (
        <ul class="permissions" aria-label="Permissions to try">
          {NEEDED.map(([name, needed]) => (
            <li key={name}>
              <span>{name}</span>
              <span class="permission-words">{needed}</span>
            </li>
          ))}
        </ul>
      )}
      {run.report && <Permissions checks={run.report.checks} />}
      {run.report && (
        <p class="dialog-intro" role="status">
          {run.report.testedAs === null
            ? 'Something that is needed is missing: grant it, then test again.'
            : 'It can be saved.'}
        </p>
      )}
      <div class="mirror-buttons">
        <button type="button" class="button" data-do="test" disabled={run.isBusy} onClick={run.test}>
          {run.isBusy ? 'Testing…' : run.report === null ? 'Test now' : 'Test again'}
        </button>
      </div>
    </>
  )
}

const CREDENTIALS = { app: 'GitHub App', token: 'token', ssh: 'ssh key made here', none: 'none' } as const

function Review({ draft, page }: { draft: Draft; page: MirrorsPage }) {
  const { type, name, repo, url, credential, syncSecrets, syncVariables, promotable } = draft
  const copies =
    type === 'git'
      ? ['code']
      : ['code', ...(syncSecrets ? ['secrets'] : []), ...(syncVariables ? ['variables'] : []), 'workflows']
  const isFirst = type === 'github' && promotable && page.fence.where === null && page.fence.autoPromote
  return (
    <>
      <dl class="would-go" data-review="">
        <dt>Target</dt>
        <dd>{type === 'github' ? repo : url}</dd>
        <dt>Name</dt>
        <dd>{name === '' ? 'mirror-N, by its slot' : name}</dd>
        <dt>Credential</dt>
        <dd>{CREDENTIALS[credential]}</dd>
        <dt>Copies</dt>
        <dd>{copies.join(', ')}</dd>
        {type === 'github' && (
          <>
            <dt>May be promoted</dt>
            <dd>{promotable ? 'yes' : 'no'}</dd>
          </>
        )}
      </dl>
      {isFirst && (
        <p class="dialog-intro">
          It keeps the fence. The price of automatic promotion: a primary that cannot reach it stops acting when its
          permit ends. <code>MIRROR_AUTO_PROMOTE=false</code> does without.
        </p>
      )}
    </>
  )
}

interface SavedProps {
  readonly saved: Saved
  readonly mirrors: Mirrors
  onClose(): void
}

function SavedDialog({ saved: { id, note }, mirrors, onClose }: SavedProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const mirror = mirrors.page?.mirrors.find((each) => each.id === id)
  const onSync = async () => {
    const layers = LAYERS.filter((layer) => mirror?.layers[layer].status !== 'off')
    const reply = await postJob(`/api/mirrors/${id}/sync`, { layers })
    if (!reply.ok) return setRefusal(reply.refusal)
    mirrors.track(reply.data.jobId)
    onClose()
  }
  return (
    <Dialog title={`${id} is saved`} id="saved" onClose={onClose}>
      <p class="dialog-intro">The first sync carries its whole history.</p>
      {note !== null && <p class="dialog-intro">{note}</p>}
      <Refused refusal={refusal} />
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
        <button type="button" class="button button-main" data-do="first-sync" onClick={onSync}>
          Sync now
        </button>
      </div>
    </Dialog>
  )
}
