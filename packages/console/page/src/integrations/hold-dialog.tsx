import { useState } from 'preact/hooks'
import { postJson } from '../data/api.js'
import { Confirm } from '../parts/dialog.js'
import type { MirrorsPage } from './types.js'

interface DialogProps {
  readonly page: MirrorsPage
  again(): void
  onClose(): void
}

const HOURS = [1, 6, 24, 72, 168] as const
const MINUTES = 60

/** Binds the sentinel for a maintenance: it alerts and does not promote. Spec repository-mirror 9.2 rule 3. */
export function HoldDialog({ page, again, onClose }: DialogProps) {
  const isHeld = (page.fence.holdUntilMs ?? 0) > page.nowMs
  const [hours, setHours] = useState<number>(isHeld ? 0 : HOURS[1])
  const act = async (reason: string) => {
    const body = { forMinutes: hours * MINUTES, reason, expectedEpoch: page.fence.epoch }
    const reply = await postJson('/api/mirrors/sentinel/hold', body)
    again()
    return reply.ok ? null : reply.refusal
  }
  return (
    <Confirm
      id="hold"
      title="Hold the sentinel"
      verb={hours === 0 ? 'End hold' : 'Hold'}
      asksReason
      act={act}
      onClose={onClose}
    >
      <p class="dialog-intro">While it is held it alerts and promotes nobody.</p>
      <div class="field">
        <label for="hold-hours">For</label>
        <select id="hold-hours" value={hours} onChange={(event) => setHours(Number(event.currentTarget.value))}>
          {isHeld && <option value={0}>end the hold now</option>}
          {HOURS.map((value) => (
            <option key={value} value={value}>
              {value >= 24 ? `${value / 24} d` : `${value} h`}
            </option>
          ))}
        </select>
      </div>
    </Confirm>
  )
}

/** After a reset of the history: what the source does not hold any more may be overwritten, each tip kept as a rescue ref. */
export function ResumeDialog({ page, again, onClose }: DialogProps) {
  const id = page.mirrors.find(({ actions }) => actions.resume.enabled)?.id ?? ''
  const act = async (reason: string) => {
    const reply = await postJson(`/api/mirrors/${id}/resume`, { reason, expectedEpoch: page.fence.epoch })
    again()
    return reply.ok ? null : reply.refusal
  }
  return (
    <Confirm id="resume" title="Resume the mirrors" verb="Resume" asksReason act={act} onClose={onClose}>
      <p class="dialog-intro">
        The history of the source was rewritten, so nothing was pushed. From now on it counts: what only the targets
        still hold is kept there in rescue refs.
      </p>
    </Confirm>
  )
}
