import { useState } from 'preact/hooks'
import type { Refusal } from '../data/api.js'
import { Empty, Panel } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import type { Access } from './access.js'
import { JobEnds } from './job-end.js'
import { type Ask, MirrorCard } from './mirror-card.js'
import { Notices } from './notices.js'
import { SELF_WORDS } from './roles.js'
import { LAYERS, type MirrorsPage } from './types.js'
import { type Mirrors, postJob } from './use-mirrors.js'
import { isActive } from './words.js'

interface MirrorsPanelProps {
  readonly page: MirrorsPage
  readonly mirrors: Mirrors
  readonly access: Access
  ask(what: Ask | 'add' | 'resume', id?: string): void
}

/** The card of the founding contract: own role, every replica, and what can be done with all of them. */
export function MirrorsPanel({ page, mirrors, access, ask }: MirrorsPanelProps) {
  return (
    <Panel id="repo-mirrors" title="Repo Mirrors" aside={<SelfRole self={page.self} />}>
      <Notices page={page} access={access} onResume={() => ask('resume')} />
      {page.mirrors.length === 0 ? (
        <NoMirror role={page.self.role} />
      ) : (
        <div class="mirrors">
          {page.mirrors.map((mirror) => (
            <MirrorCard key={mirror.id} {...{ mirror, mirrors, access }} onAsk={(what) => ask(what, mirror.id)} />
          ))}
        </div>
      )}
      <JobEnds jobs={mirrors.ended.filter((job) => !isShown(page, job.mirror))} dismiss={mirrors.dismiss} />
      <Below page={page} mirrors={mirrors} access={access} onAdd={() => ask('add')} />
    </Panel>
  )
}

/** Of a mirror that is gone, too, somebody wants to know how it went. */
function isShown({ mirrors }: MirrorsPage, id: string | null): boolean {
  return mirrors.some((mirror) => mirror.id === id)
}

function SelfRole({ self: { role, label } }: Pick<MirrorsPage, 'self'>) {
  return (
    <span data-self-role={role ?? 'none'}>
      Self role: <strong>{label}</strong>
      {role !== null && ` · ${SELF_WORDS[role]}`}
    </span>
  )
}

/** A replica has nobody to copy to: its page says so in its notice. */
function NoMirror({ role }: { role: MirrorsPage['self']['role'] }) {
  if (role === 'SLAVE' || role === 'TEMPORARY_MASTER') return null
  return (
    <Empty title="No mirror yet">
      A mirror keeps this repository, and the service that its workflows run, alive when its account is lost. Add the
      first one below.
    </Empty>
  )
}

interface BelowProps {
  readonly page: MirrorsPage
  readonly mirrors: Mirrors
  readonly access: Access
  onAdd(): void
}

function Below({ page, mirrors, access, onAdd }: BelowProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isAsking, setAsking] = useState(false)
  const isPrimary = page.self.role === 'MASTER' || page.self.role === null
  const isSyncing = page.jobs.some((job) => job.kind === 'sync' && isActive(job))
  const maySync =
    access.mayChange && !isSyncing && !isAsking && page.mirrors.some(({ actions }) => actions.sync.enabled)
  const onSync = async () => {
    setAsking(true)
    const reply = await postJob('/api/mirrors/sync', { layers: LAYERS })
    setAsking(false)
    setRefusal(reply.ok ? null : reply.refusal)
    if (reply.ok) mirrors.track(reply.data.jobId)
  }
  return (
    <>
      <Refused refusal={refusal} />
      <div class="mirror-buttons mirrors-below">
        {page.offers.add && isPrimary && (
          <button type="button" class="button" data-do="add" disabled={!access.mayChange} onClick={onAdd}>
            Add Mirror
          </button>
        )}
        {(isPrimary || page.mirrors.length > 0) && (
          <button type="button" class="button button-main" data-do="sync-all" disabled={!maySync} onClick={onSync}>
            Sync All Now
          </button>
        )}
      </div>
    </>
  )
}
