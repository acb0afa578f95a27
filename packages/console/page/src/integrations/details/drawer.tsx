import { useEffect, useRef } from 'preact/hooks'
import { usePolled } from '../../data/hooks.js'
import { Mark } from '../../parts/mark.js'
import { Refused } from '../../parts/refusal.js'
import type { Access } from '../access.js'
import { Target } from '../mirror-card.js'
import type { MirrorDetail, MirrorView } from '../types.js'
import type { Mirrors } from '../use-mirrors.js'
import { healthTone, healthWords } from '../words.js'
import { Credential } from './credential.js'
import { DriftLists } from './drift.js'
import { History } from './history.js'
import { Layers } from './layers.js'
import { Problems } from './problems.js'
import { Refs } from './refs.js'
import { Rescues } from './rescues.js'
import { Section } from './section.js'
import { Workflows } from './workflows.js'

const DETAIL_EVERY_MS = 4_000

interface DrawerProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  readonly access: Access
  onClose(): void
}

/** Everything about one mirror, at the side; Escape closes it and the focus goes back. */
export function Drawer({ mirror, mirrors, access, onClose }: DrawerProps) {
  const box = useRef<HTMLDialogElement>(null)
  const { data, refusal } = usePolled<MirrorDetail>(`/api/mirrors/${mirror.id}`, DETAIL_EVERY_MS)
  useEffect(() => {
    box.current?.showModal()
    return () => box.current?.close()
  }, [])
  return (
    <dialog ref={box} class="drawer" aria-labelledby="drawer-title" data-dialog="details" onClose={onClose}>
      <header class="drawer-head">
        <h2 id="drawer-title">{mirror.id}</h2>
        <span class="role">{mirror.label}</span>
        <Mark tone={healthTone(mirror.health)}>{healthWords(mirror.health)}</Mark>
        <button type="button" class="button" data-do="close" onClick={onClose}>
          Close
        </button>
      </header>
      <p class="drawer-target">
        <Target mirror={mirror} />
      </p>
      <Refused refusal={refusal} />
      {data && <Content detail={data} mirrors={mirrors} access={access} />}
    </dialog>
  )
}

interface ContentProps {
  readonly detail: MirrorDetail
  readonly mirrors: Mirrors
  readonly access: Access
}

function Content({ detail, mirrors, access }: ContentProps) {
  const { nowMs } = mirrors
  return (
    <>
      <Section title="Layers">
        <Layers detail={detail} nowMs={nowMs} />
      </Section>
      <Problems detail={detail} />
      <DriftLists detail={detail} />
      <Refs detail={detail} />
      <Workflows detail={detail} />
      <Credential detail={detail} nowMs={nowMs} access={access} />
      <Rescues detail={detail} access={access} again={mirrors.again} />
      <Section title="History, last 30 days">
        <History id={detail.id} nowMs={nowMs} />
      </Section>
    </>
  )
}
