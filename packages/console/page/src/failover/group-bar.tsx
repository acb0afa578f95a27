import type { FailoverGroupView } from '../../../src/api/failover-views.js'
import { interval } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import type { Ordering } from './group.js'

interface GroupBarProps {
  readonly group: FailoverGroupView
  readonly ordering: Ordering
  /** How this console could give orders; null where it can. */
  readonly howTo: string | null
  /** What the agent said to the last order. */
  readonly told: string
}

/** The group, who speaks of it, and the orders that concern all of it. */
export function GroupBar({ group, ordering, howTo, told }: GroupBarProps) {
  const { pause, seenBy } = group
  return (
    <section class="group" aria-label={`Group ${group.group}`} data-group={group.group}>
      <div class="group-row">
        <h2>{group.group}</h2>
        <span class="hint">
          {group.coordinator === 'chain' ? 'without coordinator' : `leases of ${group.coordinator}`}, as{' '}
          {seenBy.length === 1 ? `${seenBy[0]} sees it` : `${seenBy.length} agents see it`}
        </span>
        <span class="group-orders">
          {pause && (
            <span data-note="pause">
              <Mark tone="warn">Paused</Mark> for {interval(pause.remainingMs)} more
            </span>
          )}
          <Access access={ordering.access} howTo={howTo} />
          <PauseButton isPaused={pause !== null} ordering={ordering} />
        </span>
      </div>
      <output class="told">{told}</output>
    </section>
  )
}

function Access({ access, howTo }: { access: Ordering['access']; howTo: string | null }) {
  if (access === 'open') return null
  return <span class="hint">{access === 'locked' ? 'unlock the page to give orders' : `read-only: ${howTo}`}</span>
}

function PauseButton({ isPaused, ordering: { access, open } }: { isPaused: boolean; ordering: Ordering }) {
  if (access === 'none') return null
  const kind = isPaused ? 'resume' : 'pause'
  return (
    <button type="button" class="button" disabled={access === 'locked'} onClick={() => open({ kind })}>
      {isPaused ? 'Resume' : 'Pause'}
    </button>
  )
}
