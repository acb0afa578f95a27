import '../style/integrations.css'
import { useState } from 'preact/hooks'
import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { useUnlocked } from '../data/hooks.js'
import { Empty } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'
import { accessOf } from './access.js'
import { AddMirror } from './add-mirror.js'
import { ApproveDialog } from './approve-dialog.js'
import { DangerZone } from './danger.js'
import { Drawer } from './details/drawer.js'
import { FailoverPanel } from './failover-panel.js'
import { HoldDialog, ResumeDialog } from './hold-dialog.js'
import type { Ask } from './mirror-card.js'
import { MirrorsPanel } from './mirrors-panel.js'
import { RecoveryDialog } from './recovery/recovery-dialog.js'
import { RoleDialog } from './role-dialog.js'
import { Topology } from './topology.js'
import type { MirrorsPage } from './types.js'
import { type Mirrors, useMirrors } from './use-mirrors.js'

export interface IntegrationsProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

export function IntegrationsTab({ features }: IntegrationsProps) {
  if (features.mirrors.isEnabled) return <RepoMirrors features={features} />
  return (
    <Empty title="No repository is mirrored here">
      To see and change the mirrors of a repository, {features.mirrors.howTo}.
    </Empty>
  )
}

function RepoMirrors({ features }: { features: FeaturesView }) {
  const mirrors = useMirrors()
  const { page, refusal } = mirrors
  if (page === null) {
    if (refusal !== null) return <Refused refusal={refusal} />
    return <Empty title="Asking for the mirrors">The fence is read first, which may take some seconds.</Empty>
  }
  return (
    <>
      <Refused refusal={refusal} />
      <Loaded page={page} mirrors={mirrors} features={features} />
    </>
  )
}

type Asked = { readonly what: Ask | 'add' | 'hold' | 'resume'; readonly id: string }

interface LoadedProps {
  readonly page: MirrorsPage
  readonly mirrors: Mirrors
  readonly features: FeaturesView
}

function Loaded({ page, mirrors, features }: LoadedProps) {
  const access = accessOf(features, useUnlocked())
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  const ask = (what: Asked['what'], id = '') => setAsked({ what, id })
  const mirror = page.mirrors.find(({ id }) => id === asked?.id)
  const shared = { page, again: mirrors.again, onClose: close }
  return (
    <>
      <Topology page={page} nowMs={mirrors.nowMs} />
      <MirrorsPanel page={page} mirrors={mirrors} access={access} ask={ask} />
      {page.enabled && (
        <FailoverPanel
          {...{ page, mirrors, access }}
          onAsk={(what, { id }) => ask(what, id)}
          onHold={() => ask('hold')}
        />
      )}
      {page.mirrors.length > 0 && <DangerZone mirrors={mirrors} list={page.mirrors} access={access} />}
      {asked?.what === 'add' && <AddMirror page={page} mirrors={mirrors} onClose={close} />}
      {asked?.what === 'hold' && <HoldDialog {...shared} />}
      {asked?.what === 'resume' && <ResumeDialog {...shared} />}
      {mirror && asked?.what === 'details' && <Drawer {...{ mirror, mirrors, access }} onClose={close} />}
      {mirror && asked?.what === 'recover' && <RecoveryDialog {...{ mirror, mirrors }} onClose={close} />}
      {mirror && asked?.what === 'approve' && <ApproveDialog {...{ mirror, mirrors }} onClose={close} />}
      {mirror && (asked?.what === 'promote' || asked?.what === 'demote') && (
        <RoleDialog kind={asked.what} mirror={mirror} mirrors={mirrors} onClose={close} />
      )}
    </>
  )
}
