import { useState } from 'preact/hooks'
import type { Refusal } from '../data/api.js'
import { Mark } from '../parts/mark.js'
import { Refused } from '../parts/refusal.js'
import type { Access } from './access.js'
import { JobEnds } from './job-end.js'
import { LAYER_NAMES, LayerLines } from './layer-lines.js'
import { ProblemBox } from './problem.js'
import { goingOn, isNew, stateOf } from './states.js'
import { Ahead } from './time.js'
import { LAYERS, type MirrorView, type Problem } from './types.js'
import { type Mirrors, postJob } from './use-mirrors.js'
import { named, type Progress } from './words.js'

export type Ask = 'promote' | 'demote' | 'details' | 'recover' | 'approve'

interface CardProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  readonly access: Access
  onAsk(ask: Ask): void
}

/** One replica: how its layers are, what runs, and what can be done. */
export function MirrorCard({ mirror, mirrors, access, onAsk }: CardProps) {
  const progress = mirrors.page && goingOn(mirror, mirrors.page)
  const state = mirrors.page && stateOf(mirror, mirrors.page)
  return (
    <article
      class="mirror"
      aria-labelledby={`mirror-${mirror.id}`}
      data-mirror={mirror.id}
      data-busy={progress !== null}
      data-state={state?.name}
    >
      <header class="mirror-head">
        <h3 id={`mirror-${mirror.id}`}>{mirror.id}</h3>
        <span class="role" data-role={mirror.role ?? 'none'}>
          {mirror.label}
        </span>
        {state && <Mark tone={state.tone}>{state.words}</Mark>}
        <p class="mirror-target">
          <Target mirror={mirror} />
        </p>
      </header>
      <LayerLines layers={mirror.layers} nowMs={mirrors.nowMs} />
      {progress && <ProgressLine progress={progress} id={mirror.id} isFirst={isNew(mirror)} />}
      <Troubles mirror={mirror} nowMs={mirrors.nowMs} isBusy={progress !== null} />
      <JobEnds jobs={mirrors.ended.filter((job) => job.mirror === mirror.id)} dismiss={mirrors.dismiss} />
      <Buttons mirror={mirror} mirrors={mirrors} access={access} isBusy={progress !== null} onAsk={onAsk} />
    </article>
  )
}

/** The page of a repository, or the address of an archive. */
export function Target({ mirror: { target, webUrl } }: { mirror: Pick<MirrorView, 'target' | 'webUrl'> }) {
  if (target === null) return <>a folder of this host</>
  if (webUrl === null) return <code class="long">{target}</code>
  return (
    <a class="long" href={webUrl} target="_blank" rel="noreferrer">
      {target}
    </a>
  )
}

function ProgressLine({ progress, id, isFirst }: { progress: Progress; id: string; isFirst: boolean }) {
  const { done, total, now } = progress
  const verb = isFirst && progress.verb === 'Syncing' ? 'First sync' : progress.verb
  const words =
    total > 0 ? `${done} of ${total} layers` : done > 0 ? `${done} ${done === 1 ? 'step' : 'steps'} done` : ''
  const what = now !== null && now in LAYER_NAMES ? LAYER_NAMES[now as keyof typeof LAYER_NAMES] : now
  const text = [verb, words, what === null ? '' : `now ${what}`].filter((part) => part !== '').join(' · ')
  return (
    <div class="progress" data-progress={id}>
      <progress aria-label={`${verb} ${id}`} {...(total > 0 ? { value: done, max: total } : {})} />
      <span>{text}</span>
    </div>
  )
}

interface TroublesProps {
  readonly mirror: MirrorView
  readonly nowMs: number
  /** What was found in the middle of a sync is not how it ends. */
  readonly isBusy: boolean
}

/** Each failure once: layers that wait for another say the same. */
function Troubles({ mirror, nowMs, isBusy }: TroublesProps) {
  const failures = LAYERS.flatMap((layer) => {
    const { error } = mirror.layers[layer]
    return error === null ? [] : [{ layer, error }]
  })
  const first = failures.filter(
    ({ error }, at) => failures.findIndex((other) => other.error.code === error.code) === at,
  )
  // A look at the target finds the same fault that stopped a layer.
  const isSaid = ({ code }: Problem) => failures.some(({ error }) => error.code === code)
  return (
    <>
      {first.map(({ layer, error }) => (
        <ProblemBox key={layer} where={LAYER_NAMES[layer]} problem={error} />
      ))}
      {(isBusy ? [] : mirror.findings.filter((finding) => !isSaid(finding))).map((finding) => (
        <ProblemBox key={`${finding.code} ${finding.message}`} problem={finding} />
      ))}
      {failures.length > 0 && mirror.approval === null && mirror.nextRunMs !== null && (
        <p class="mirror-note">
          Tries again <Ahead atMs={mirror.nextRunMs} nowMs={nowMs} />
        </p>
      )}
    </>
  )
}

interface ButtonsProps extends CardProps {
  readonly isBusy: boolean
}

function Buttons({ mirror, mirrors, access, isBusy, onAsk }: ButtonsProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isAsking, setAsking] = useState(false)
  const { sync, promote, demote, recover, approve } = mirror.actions
  const isDiverged = mirror.layers.code.status === 'diverged' || mirror.role === 'TEMPORARY_MASTER'
  const isLocked = isBusy || isAsking || !access.mayChange
  const onSync = async () => {
    setAsking(true)
    const layers = LAYERS.filter((layer) => mirror.layers[layer].status !== 'off')
    const reply = await postJob(`/api/mirrors/${mirror.id}/sync`, { layers })
    setAsking(false)
    setRefusal(reply.ok ? null : reply.refusal)
    if (reply.ok) mirrors.track(reply.data.jobId)
  }
  return (
    <>
      <Refused refusal={refusal} />
      {!sync.enabled && sync.why !== null && (
        <p class="mirror-note">
          Not synced now: {mirrors.page === null ? sync.why : named(sync.why, mirrors.page.fence)}.
        </p>
      )}
      <div class="mirror-buttons">
        <button type="button" class="button" data-do="sync" disabled={isLocked || !sync.enabled} onClick={onSync}>
          Force Sync
        </button>
        {approve.enabled && <RoleButton name="approve" isLocked={isLocked} action={approve} onAsk={onAsk} />}
        {isDiverged && <RoleButton name="recover" isLocked={isLocked} action={recover} onAsk={onAsk} />}
        {mirror.type === 'github' && (
          <>
            <RoleButton name="promote" isLocked={isLocked} action={promote} onAsk={onAsk} />
            <RoleButton name="demote" isLocked={isLocked} action={demote} onAsk={onAsk} />
          </>
        )}
        <button type="button" class="button button-plain" data-do="details" onClick={() => onAsk('details')}>
          Details
        </button>
      </div>
    </>
  )
}

interface RoleButtonProps {
  readonly name: 'promote' | 'demote' | 'recover' | 'approve'
  readonly isLocked: boolean
  readonly action: MirrorView['actions']['promote']
  onAsk(ask: Ask): void
}

const ROLE_WORDS = { promote: 'Promote…', demote: 'Demote…', recover: 'Recover…', approve: 'Approve…' } as const

export function RoleButton({ name, isLocked, action, onAsk }: RoleButtonProps) {
  const why = action.why === null ? {} : { title: action.why }
  return (
    <button
      type="button"
      class="button"
      data-do={name}
      disabled={isLocked || !action.enabled}
      onClick={() => onAsk(name)}
      {...why}
    >
      {ROLE_WORDS[name]}
    </button>
  )
}
