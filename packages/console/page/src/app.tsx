import { useEffect, useState } from 'preact/hooks'
import type { FeaturesView } from '../../src/api/views.js'
import { clockTime } from './data/format.js'
import { useHash, usePolled } from './data/hooks.js'
import { follow, type LiveState } from './data/live.js'
import { isAsked } from './data/state.js'
import { AlarmNotice } from './failover/alarm-notice.js'
import { Boundary } from './parts/boundary.js'
import { Mark } from './parts/mark.js'
import { Empty } from './parts/panel.js'
import { Tabs } from './parts/tabs.js'
import { Unlock } from './parts/unlock.js'
import { TABS, type TabId, TabView } from './tabs.js'

/** A console that was started anew may have other parts. */
const FEATURES_EVERY_MS = 30_000
const TAB_IDS = TABS.map(({ id }) => id) as [TabId, ...TabId[]]
const START: LiveState = { mesh: null, soak: null, link: 'connecting', heardAtMs: 0 }

export function App() {
  const [state, setState] = useState(START)
  const [tab, setTab] = useHash<TabId>(TAB_IDS)
  const { data: features } = usePolled<FeaturesView>('/api/features', FEATURES_EVERY_MS)
  useEffect(() => follow(setState), [])
  useEffect(() => {
    document.title = state.mesh?.head ? `Montana · window ${state.mesh.head.window}` : 'Montana'
  }, [state.mesh?.head?.window])
  return (
    <>
      <header class="top">
        <div class="top-row">
          <h1>
            <Peak />
            Montana
          </h1>
          <span class="top-network">{state.mesh?.network ?? ''}</span>
          <LinkState state={state} />
          <Unlock features={features} />
        </div>
        <nav class="top-row top-tabs">
          <Tabs tabs={TABS} current={tab} onSelect={setTab} />
        </nav>
      </header>
      <main class={state.link === 'stale' ? 'is-stale' : ''}>
        <StaleNotice state={state} />
        {features?.failover.isEnabled && tab !== 'failover' && <AlarmNotice />}
        <div id="view" class="view" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          <Boundary of={`${tab} ${state.mesh?.at}`} instead={<Undrawn />}>
            <View tab={tab} state={state} features={features} />
          </Boundary>
        </div>
      </main>
      <footer class="foot">
        Says what nodes and agents say of themselves. Times are UTC. <a href="/api/docs">API</a>
      </footer>
    </>
  )
}

interface ViewProps {
  readonly tab: TabId
  readonly state: LiveState
  readonly features: FeaturesView | null
}

function View({ tab, state, features }: ViewProps) {
  if (!state.mesh && state.link === 'refused') {
    return (
      <Empty title="The console does not answer">
        It has ended, or as many pages are open as it takes. This page goes on asking.
      </Empty>
    )
  }
  return <TabView tab={tab} state={state} features={features} />
}

function Undrawn() {
  return (
    <Empty title="This answer could not be drawn">
      Console and page may be of two releases: load the page again. It is tried anew with the next answer.
    </Empty>
  )
}

function StaleNotice({ state: { link, heardAtMs } }: { state: LiveState }) {
  if (link !== 'stale') return null
  return (
    <output class="notice">
      The console does not answer any more: it was stopped, or its devnet has ended. What stands here is what it said at{' '}
      {clockTime(heardAtMs)}. This page goes on asking.
    </output>
  )
}

function LinkState({ state: { link, heardAtMs, mesh } }: { state: LiveState }) {
  // A console of agents or mirrors alone asks no node.
  const isQuiet = !mesh?.head && (mesh?.nodes.some(isAsked) ?? true)
  return (
    <output class="link" data-link={link}>
      {link === 'live' && (isQuiet ? <Mark tone="bad">no node answers</Mark> : <Mark tone="good">live</Mark>)}
      {link === 'connecting' && <Mark tone="none">connecting</Mark>}
      {link === 'refused' && <Mark tone="bad">no console</Mark>}
      {link === 'stale' && <Mark tone="bad">stale since {clockTime(heardAtMs)}</Mark>}
    </output>
  )
}

function Peak() {
  return (
    <svg class="peak" viewBox="0 0 24 16" aria-hidden="true">
      <path class="peak-back" d="M0 16 8.5 0l5 9 3-5L24 16z" />
      <path class="peak-snow" d="M8.5 0 5 6.6l3.2 1.8 2.6-1.9 1.3.2z" />
    </svg>
  )
}
