import { useState } from 'preact/hooks'
import { Dialog, Field } from '../../parts/dialog.js'
import { Refused } from '../../parts/refusal.js'
import { Check } from '../role-dialog.js'
import { Conditions, Report, Verdict } from '../role-report.js'
import type { MirrorView } from '../types.js'
import type { Mirrors } from '../use-mirrors.js'
import { Histories } from './histories.js'
import { obstacle, waysOf } from './plan.js'
import { Plan } from './plan-list.js'
import type { RecoveryReport } from './types.js'
import { type RecoveryDraft, type Rehearsal, useLook, useRecovery } from './use-recovery.js'

interface RecoveryProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  onClose(): void
}

const STEPS = ['Histories', 'Plan', 'Start'] as const

/** From two histories to one, with nothing lost: look, choose, rehearse, start. Spec repository-mirror 14.2. */
export function RecoveryDialog({ mirror, mirrors, onClose }: RecoveryProps) {
  const { report, refusal, again } = useLook(mirror.id)
  return (
    <Dialog title={`Recover ${mirror.id}`} id="recover" onClose={onClose}>
      {report === null ? (
        <>
          {refusal === null && <p class="dialog-intro">Reading both histories… A first look copies both sides.</p>}
          <Refused refusal={refusal} />
          <div class="buttons">
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            {refusal !== null && (
              <button type="button" class="button" data-do="again" onClick={again}>
                Look again
              </button>
            )}
          </div>
        </>
      ) : (
        <Wizard {...{ report, mirror, mirrors, onClose }} />
      )}
    </Dialog>
  )
}

function Wizard({ report, mirror, mirrors, onClose }: RecoveryProps & { report: RecoveryReport }) {
  const [step, setStep] = useState(0)
  const how = waysOf(report)[0] ?? 'rescue'
  const [draft, setDraft] = useState<RecoveryDraft>({ how, reason: '', drained: false, confirm: '' })
  const run = useRecovery(mirrors, draft, onClose)
  const set = (change: Partial<RecoveryDraft>) => {
    setDraft((before) => ({ ...before, ...change }))
    if (change.confirm === undefined) run.forget()
  }
  const names = { primary: mirrors.page?.self.repo ?? 'the primary', replica: mirror.target ?? mirror.id }
  const isSame = report.refs.length === 0
  const isStuck = isSame || (step === 1 && obstacle(report, draft.how) !== null)
  return (
    <>
      <Steps at={step} />
      {isSame && <p class="dialog-intro">Both sides have one history: there is nothing to recover.</p>}
      {step === 0 && <Histories {...{ report, names }} nowMs={mirrors.nowMs} />}
      {step === 1 && <Plan {...{ report, mirror }} how={draft.how} onHow={(way) => set({ how: way })} />}
      {step === 2 && <Start {...{ report, mirror, draft, set }} rehearsal={run.rehearsal} />}
      <Refused refusal={run.refusal} />
      <div class="buttons">
        <button type="button" class="button" onClick={step === 0 ? onClose : () => setStep(step - 1)}>
          {step === 0 ? (isSame ? 'Close' : 'Cancel') : 'Back'}
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
          <StartButtons {...{ report, mirror, draft, run }} />
        )}
      </div>
    </>
  )
}

function Steps({ at }: { at: number }) {
  return (
    <ol class="steps" aria-label="Steps">
      {STEPS.map((name, index) => (
        <li key={name} {...(index === at ? { 'aria-current': 'step' as const } : {})}>
          {name}
        </li>
      ))}
    </ol>
  )
}

interface StartProps {
  readonly report: RecoveryReport
  readonly mirror: MirrorView
  readonly draft: RecoveryDraft
  set(change: Partial<RecoveryDraft>): void
  readonly rehearsal: Rehearsal | null
}

/** What must be typed: the repository, or the id of an archive. */
function typedOf({ type, target, id }: MirrorView): string {
  return type === 'github' ? (target ?? id) : id
}

function Start({ report, mirror, draft, set, rehearsal }: StartProps) {
  return (
    <>
      <Field label="Reason" value={draft.reason} onInput={(reason) => set({ reason })} maxLength={200} />
      {report.kind === 'hand-back' && (
        <Check
          label="Everything that acts for the temporary primary has been stopped: do not wait for its last permit"
          isChecked={draft.drained}
          onChange={(drained) => set({ drained })}
        />
      )}
      {rehearsal !== null && <Rehearsed rehearsal={rehearsal} />}
      {rehearsal !== null && (
        <Field
          label={`Type ${typedOf(mirror)} to go on`}
          value={draft.confirm}
          onInput={(confirm) => set({ confirm })}
          maxLength={200}
        />
      )}
    </>
  )
}

function Rehearsed({ rehearsal: { conditions, role } }: { rehearsal: Rehearsal }) {
  if (role !== null) return <Report report={role} />
  return (
    <div class="report" data-report={conditions.every(({ met }) => met) ? 'met' : 'unmet'}>
      <Verdict conditions={conditions} />
      <p>The next push keeps these tips as rescue refs, then moves their branches. Nothing was changed.</p>
      <Conditions conditions={conditions} />
    </div>
  )
}

interface StartButtonsProps extends Pick<StartProps, 'report' | 'mirror' | 'draft'> {
  readonly run: ReturnType<typeof useRecovery>
}

function StartButtons({ report, mirror, draft, run }: StartButtonsProps) {
  const isReady = draft.reason.trim() !== '' && !run.isBusy
  const isMet = run.rehearsal?.conditions.every(({ met }) => met) ?? false
  const mayStart = isReady && isMet && draft.confirm === typedOf(mirror)
  return (
    <>
      <button
        type="button"
        class="button"
        data-do="dry-run"
        disabled={!isReady}
        onClick={() => void run.rehearse(report)}
      >
        {run.isBusy && run.rehearsal === null ? 'Looking…' : 'Dry run'}
      </button>
      <button
        type="button"
        class="button button-main"
        data-do="start"
        disabled={!mayStart}
        onClick={() => void run.start(report)}
      >
        Recover
      </button>
    </>
  )
}
