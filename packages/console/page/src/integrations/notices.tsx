import type { ComponentChildren } from 'preact'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import type { Access } from './access.js'
import type { MirrorsPage } from './types.js'
import { named } from './words.js'

interface NoticesProps {
  readonly page: MirrorsPage
  readonly access: Access
  onResume(): void
}

/** What holds for all mirrors at once, and what to do about it. Spec repository-mirror 14.3. */
export function Notices({ page, access, onResume }: NoticesProps) {
  const isPaused = page.paused || page.mirrors.some(({ actions }) => actions.resume.enabled)
  return (
    <>
      <RoleNotice page={page} />
      {page.enabled && <FenceNotice page={page} />}
      {isPaused && <Paused access={access} onResume={onResume} />}
      {page.enabled && page.worker === 'nobody' && page.queue.pending > 0 && (
        <Notice name="idle" title="Nobody works off the queue.">
          {page.queue.pending} layers wait: run <code>montana mirror run</code>.
        </Notice>
      )}
      {access.why !== null && <p class="mirror-note">{access.why}</p>}
    </>
  )
}

interface NoticeProps {
  readonly name: string
  readonly title: string
  readonly tone?: Tone
  readonly children: ComponentChildren
}

function Notice({ name, title, tone = 'warn', children }: NoticeProps) {
  return (
    <p class="mirror-notice" data-notice={name}>
      <Mark tone={tone}>{title}</Mark> {children}
    </p>
  )
}

/** The page of a primary is the usual one; every other role says what it is to be looked at from here. */
function RoleNotice({ page: { enabled, self } }: { page: MirrorsPage }) {
  const primary = self.repo === null ? 'the primary' : <code>{self.repo}</code>
  if (!enabled) {
    return (
      <Notice name="off" title="Mirroring is off.">
        Nothing is contacted. Set <code>MIRROR_ENABLED=true</code> in the configuration of the source, then start the
        console again.
      </Notice>
    )
  }
  if (self.role === null) {
    return (
      <Notice name="inert" title="No role: inert.">
        Set <code>MIRROR_ROLE=MASTER</code> where this repository is the primary.
      </Notice>
    )
  }
  if (self.role === 'SLAVE') {
    return (
      <Notice name="replica" title="This is a replica." tone="none">
        It is dormant: only its sentinel runs, watches {primary} and promotes this repository when that falls silent.
        Sync, promote and demote on the page of the primary; <code>montana mirror sentinel status</code> tells what the
        sentinel saw.
      </Notice>
    )
  }
  if (self.role !== 'TEMPORARY_MASTER') return null
  return (
    <Notice name="temporary" title="This is the temporary primary.">
      It acts until {primary} has returned. That one hands back by itself after it was seen for an hour, or at once with
      Demote on its page. Nothing is synced from here.
    </Notice>
  )
}

/** Where the epoch is not simply held by somebody who acts. */
function FenceNotice({ page: { self, fence, mirrors, jobs } }: { page: MirrorsPage }) {
  const holder = fence.holderName ?? mirrors.find(({ role }) => role === 'TEMPORARY_MASTER')?.id ?? 'another repository'
  if (fence.state === 'promoting') {
    return (
      <Notice name="promoting" title="Promoting.">
        A replica has taken epoch {fence.epoch} and proves that it can act. Nobody else acts until it has, or until it
        is taken back.
      </Notice>
    )
  }
  // The record of the fence says so for a moment only: before it comes what leads there, after it what follows.
  if (jobs.some(({ kind }) => kind === 'promote')) {
    return (
      <Notice name="promoting" title="Promoting.">
        A replica takes the next epoch and proves that it can act. Until it has, nobody else takes it.
      </Notice>
    )
  }
  if (fence.state === 'draining') {
    return (
      <Notice name="handing-back" title="Handing back.">
        The temporary primary has stopped. The primary acts once its last permit is over and both histories are united:
        Recover shows both, and goes on with it.
      </Notice>
    )
  }
  if (fence.state === 'released') {
    return (
      <Notice name="released" title="Nobody acts.">
        Epoch {fence.epoch} was let go and nobody has taken the next one. The same Promote goes on; half an hour later
        the primary takes the epoch back.
      </Notice>
    )
  }
  if (self.role !== 'MASTER' || self.acts || fence.epoch === null) return null
  const isElsewhere = mirrors.some(({ role }) => role === 'TEMPORARY_MASTER')
  return (
    <Notice name="fenced" title="Fenced." tone="bad">
      {isElsewhere ? `${holder} holds epoch ${fence.epoch}` : sentence(named(self.why, fence))}. Nothing is pushed from
      here until this repository holds the epoch again.
      {fence.state === 'handback-ready' && ' It is ready to hand back.'}
    </Notice>
  )
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

function Paused({ access, onResume }: Pick<NoticesProps, 'access' | 'onResume'>) {
  return (
    <Notice name="paused" title="Paused by a reset.">
      The history of the source was rewritten: nothing is pushed until somebody resumes.{' '}
      <button
        type="button"
        class="button button-small"
        data-do="resume"
        disabled={!access.mayChange}
        onClick={onResume}
      >
        Resume…
      </button>
    </Notice>
  )
}
