import { duration, MISSING } from '../data/format.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import type { Access } from './access.js'
import { type Ask, RoleButton } from './mirror-card.js'
import { Ago, Ahead } from './time.js'
import type { MirrorsPage, MirrorView, SentinelView } from './types.js'
import type { Mirrors } from './use-mirrors.js'
import { progressOf } from './words.js'

interface FailoverPanelProps {
  readonly page: MirrorsPage
  readonly mirrors: Mirrors
  readonly access: Access
  onAsk(ask: Ask, mirror: MirrorView): void
  onHold(): void
}

/** What the watch on the primary saw, why it promotes or not, and the same by hand. */
export function FailoverPanel({ page, mirrors, access, onAsk, onHold }: FailoverPanelProps) {
  const replicas = page.mirrors.filter(({ type }) => type === 'github')
  return (
    <Panel id="mirror-failover" title="Failover" aside={<HoldState page={page} nowMs={mirrors.nowMs} />}>
      {page.sentinel ? <Watch page={page} sentinel={page.sentinel} nowMs={mirrors.nowMs} /> : <NoWatch page={page} />}
      <ul class="roles" aria-label="Promote and demote">
        {replicas.map((mirror) => (
          <RoleRow
            key={mirror.id}
            mirror={mirror}
            mirrors={mirrors}
            access={access}
            onAsk={(ask) => onAsk(ask, mirror)}
          />
        ))}
      </ul>
      <Recovery page={page} mirrors={mirrors} access={access} onAsk={onAsk} />
      {page.offers.hold && page.fence.epoch !== null && (
        <div class="mirror-buttons">
          <button type="button" class="button" data-do="hold" disabled={!access.mayChange} onClick={onHold}>
            Hold…
          </button>
        </div>
      )}
    </Panel>
  )
}

function HoldState({ page: { fence }, nowMs }: { page: MirrorsPage; nowMs: number }) {
  if (fence.holdUntilMs !== null && fence.holdUntilMs > nowMs) {
    return (
      <Mark tone="warn">
        held: ends <Ahead atMs={fence.holdUntilMs} nowMs={nowMs} />
      </Mark>
    )
  }
  if (fence.where === null) return <>nobody to promote</>
  return <>{fence.autoPromote ? 'promotes by itself' : 'alerts only: automatic promotion is off'}</>
}

const VERDICTS: Readonly<Record<SentinelView['verdict'], Tone>> = { healthy: 'good', unhealthy: 'bad', unknown: 'none' }
const SIGNALS: Readonly<Record<string, Tone>> = { young: 'good', stale: 'bad', never: 'none' }

function Watch({ page, sentinel, nowMs }: { page: MirrorsPage; sentinel: SentinelView; nowMs: number }) {
  const { verdict, observedMs, signals, trace } = sentinel
  return (
    <div class="watch">
      <p>
        Primary: <Mark tone={VERDICTS[verdict]}>{verdict}</Mark>
        <span class="watch-note">
          looked <Ago atMs={observedMs} nowMs={nowMs} />
          {trace.at(-1) && <> · {trace.at(-1)?.explanation}</>}
        </span>
      </p>
      <p data-promotes="">{promotionWords(page, sentinel, nowMs)}</p>
      <dl class="signals">
        {signals.map(({ name, ageMs, state }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Mark tone={SIGNALS[state] ?? 'none'}>{state}</Mark>
              <span class="watch-note">{ageMs === null ? MISSING : `${duration(ageMs)} old`}</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function promotionWords({ fence }: MirrorsPage, sentinel: SentinelView, nowMs: number) {
  const { count, threshold, earliestPromotionMs, verdict } = sentinel
  const counted = `${count} of ${threshold} unhealthy observations`
  if (fence.holdUntilMs !== null && fence.holdUntilMs > nowMs) return `Promotes nobody while it is held; ${counted}.`
  if (!fence.autoPromote) return `Promotes nobody by itself; ${counted}.`
  if (verdict === 'healthy') return `No reason to promote: ${counted}.`
  if (earliestPromotionMs === null) return `Not due: ${counted}.`
  return (
    <>
      {counted}; promotes at the earliest <Ahead atMs={earliestPromotionMs} nowMs={nowMs} />.
    </>
  )
}

function NoWatch({ page }: { page: MirrorsPage }) {
  if (page.self.role === 'SLAVE' || page.self.role === 'TEMPORARY_MASTER') {
    return (
      <Empty title="The fence is not read from here">
        Who may act is written down at the fence of the group. <code>montana mirror sentinel status</code> tells what
        the sentinel of this repository saw.
      </Empty>
    )
  }
  if (page.fence.where === null) {
    return (
      <Empty title="No replica can be promoted">
        An archive holds code only. Add a repository on another GitHub account, and its sentinel watches this primary.
      </Empty>
    )
  }
  return (
    <Empty title="No sentinel has looked yet">
      The workflow of the replica runs twice an hour once it is there; <code>montana mirror sentinel run</code> watches
      from a host.
    </Empty>
  )
}

/** Where a target has, or may have, a history of its own: one row each, so that nobody has to know what it is called. */
function Recovery({ page, mirrors, access, onAsk }: Omit<FailoverPanelProps, 'onHold'>) {
  const split = page.mirrors.filter((mirror) => hasOwnHistory(mirror, page))
  if (page.self.role !== 'MASTER') return null
  if (split.length === 0) return <p class="mirror-note">Recovery: no target is known to have a history of its own.</p>
  return (
    <ul class="roles" aria-label="Recovery">
      {split.map((mirror) => (
        <li key={mirror.id} class="role-row" data-recovery={mirror.id}>
          <strong>{mirror.id}</strong>
          <Mark tone={mirror.layers.code.status === 'diverged' ? 'bad' : 'warn'}>{historyWords(mirror)}</Mark>
          <span class="watch-note">See both histories, and what would become of them.</span>
          <span class="mirror-buttons">
            <RoleButton
              name="recover"
              isLocked={!access.mayChange || progressOf(mirror, mirrors.page?.jobs ?? []) !== null}
              action={mirror.actions.recover}
              onAsk={(ask) => onAsk(ask, mirror)}
            />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** While it is handed back it is a replica again, but its history still waits to be united. */
function hasOwnHistory({ role, layers, actions }: MirrorView, { fence }: MirrorsPage): boolean {
  const isDraining = fence.state === 'draining' && actions.demote.enabled
  return isDraining || role === 'TEMPORARY_MASTER' || layers.code.status === 'diverged'
}

function historyWords({ role, layers }: MirrorView): string {
  if (role === 'TEMPORARY_MASTER') return 'acts: its history goes on without the primary'
  return layers.code.status === 'diverged' ? 'has work of its own' : 'is being handed back'
}

interface RoleRowProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  readonly access: Access
  onAsk(ask: Ask): void
}

function RoleRow({ mirror, mirrors, access, onAsk }: RoleRowProps) {
  const { promote, demote } = mirror.actions
  const isLocked = !access.mayChange || progressOf(mirror, mirrors.page?.jobs ?? []) !== null
  const whys = [promote.why && `promote: ${promote.why}`, demote.why && `demote: ${demote.why}`].filter(Boolean)
  return (
    <li class="role-row" data-role-row={mirror.id}>
      <strong>{mirror.id}</strong>
      <span class="role">{mirror.label}</span>
      <span class="watch-note">{whys.join(' · ')}</span>
      <span class="mirror-buttons">
        <RoleButton name="promote" isLocked={isLocked} action={promote} onAsk={onAsk} />
        <RoleButton name="demote" isLocked={isLocked} action={demote} onAsk={onAsk} />
      </span>
    </li>
  )
}
