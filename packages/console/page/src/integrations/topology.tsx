import { duration } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Panel } from '../parts/panel.js'
import { stateOf } from './states.js'
import { Ahead } from './time.js'
import type { MirrorsPage, MirrorView } from './types.js'
import { named } from './words.js'

interface TopologyProps {
  readonly page: MirrorsPage
  readonly nowMs: number
}

/** Who acts, who follows, and by which right. */
export function Topology({ page, nowMs }: TopologyProps) {
  const isPrimary = page.self.role === 'MASTER' || page.self.role === null
  return (
    <Panel id="topology" title="Topology" aside={<Fence page={page} nowMs={nowMs} />}>
      <TwoWriters writers={page.twoWriters} />
      <div class="topology">
        <SelfBox page={page} />
        {(isPrimary || page.mirrors.length > 0) && <Targets page={page} />}
      </div>
    </Panel>
  )
}

function Targets({ page }: { page: MirrorsPage }) {
  const { mirrors } = page
  return (
    <>
      <span class="topology-arrow" aria-hidden="true">
        →
      </span>
      <ul class="topology-targets" aria-label="Targets">
        {mirrors.map((mirror) => (
          <TargetBox key={mirror.id} mirror={mirror} page={page} />
        ))}
        {mirrors.length === 0 && <li class="topology-none">no mirror yet</li>}
      </ul>
    </>
  )
}

function SelfBox({ page: { self, fence } }: { page: MirrorsPage }) {
  const { repo, role, label, acts, why } = self
  // What a replica knows by name is its primary, not itself.
  const isOther = role === 'SLAVE' || role === 'TEMPORARY_MASTER'
  const isUnfenced = role === 'MASTER' && fence.where === null
  const fenced = `${acts ? 'acts' : 'does not act'}: ${named(why, fence)}`
  const actingWords = isUnfenced ? 'has no fence: no replica can take over' : fenced
  return (
    <div class="topology-box" data-self={role ?? 'none'}>
      <Mark tone={acts ? 'good' : isUnfenced || isOther ? 'none' : 'warn'}>{label}</Mark>
      {isOther || repo === null ? <span>this repository</span> : <code>{repo}</code>}
      {isOther && repo !== null && (
        <span class="topology-note">
          its primary: <code>{repo}</code>
        </span>
      )}
      <span class="topology-note">{actingWords}</span>
    </div>
  )
}

function TargetBox({ mirror, page }: { mirror: MirrorView; page: MirrorsPage }) {
  const { tone, words } = stateOf(mirror, page)
  return (
    <li class="topology-box" data-target={mirror.id}>
      <span class="role">{mirror.label}</span>
      <code>{mirror.id}</code>
      <span class="topology-state">
        <Mark tone={tone}>{words}</Mark>
      </span>
      {page.fence.where === mirror.id && <span class="topology-note">keeps the fence</span>}
    </li>
  )
}

function Fence({ page: { fence }, nowMs }: TopologyProps) {
  if (fence.problem !== null) return <Mark tone="bad">the fence cannot be read: {fence.problem}</Mark>
  if (fence.epoch === null) return <>{fence.where === null ? 'no fence here' : 'no epoch yet'}</>
  const holder = fence.holderName ?? (fence.holder === null ? 'nobody' : 'another repository')
  return (
    <span data-epoch={fence.epoch}>
      epoch <strong>{fence.epoch}</strong> · {fence.state} · held by <strong>{holder}</strong>
      {fence.permitLeftMs !== null && <> · permit left {duration(fence.permitLeftMs)}</>}
      {fence.holdUntilMs !== null && fence.holdUntilMs > nowMs && (
        <>
          {' '}
          · hold ends <Ahead atMs={fence.holdUntilMs} nowMs={nowMs} />
        </>
      )}
    </span>
  )
}

function TwoWriters({ writers }: { writers: MirrorsPage['twoWriters'] }) {
  if (writers === null) return null
  const [own, other] = writers
  return (
    <p class="alarm" role="alert">
      <strong>Two writers.</strong> <code>{own.repo}</code> and <code>{other.repo}</code> both have a role that acts.
      Stop one of them, then look at the fence: only the holder of the epoch may act.
    </p>
  )
}
