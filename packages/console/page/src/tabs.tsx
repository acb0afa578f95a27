import type { FeaturesView } from '../../src/api/views.js'
import type { LiveState } from './data/live.js'
import { MeshTab } from './mesh/mesh-tab.js'
import { Later } from './parts/later.js'
import { Empty } from './parts/panel.js'

export const TABS = [
  { id: 'mesh', name: 'Mesh' },
  { id: 'explorer', name: 'Explorer' },
  { id: 'failover', name: 'Failover' },
  { id: 'integrations', name: 'Integrations' },
  { id: 'soak', name: 'Soak' },
] as const

export type TabId = (typeof TABS)[number]['id']

const loadExplorer = async () => (await import('./explorer/explorer-tab.js')).ExplorerTab
const loadFailover = async () => (await import('./failover/failover-tab.js')).FailoverTab
const loadIntegrations = async () => (await import('./integrations/integrations-tab.js')).IntegrationsTab
const loadSoak = async () => (await import('./soak/soak-tab.js')).SoakTab

interface TabViewProps {
  readonly tab: TabId
  readonly state: LiveState
  readonly features: FeaturesView | null
}

/** Mesh comes with the page; the others when they are first looked at. */
export function TabView({ tab, state, features }: TabViewProps) {
  const { mesh } = state
  if (tab === 'soak') return <Later key={tab} load={loadSoak} props={{ soak: state.soak }} />
  if (tab === 'mesh') return mesh ? <MeshTab mesh={mesh} state={state} /> : <Asking />
  if (!features) return <Asking />
  if (tab === 'explorer') return <Later key={tab} load={loadExplorer} props={{ features, mesh }} />
  if (tab === 'failover') return <Later key={tab} load={loadFailover} props={{ features, mesh }} />
  return <Later key={tab} load={loadIntegrations} props={{ features, mesh }} />
}

function Asking() {
  return <Empty title="Asking the nodes">The first answers come within two seconds of their start.</Empty>
}
