import { useEffect, useState } from 'preact/hooks'
import { clockTime } from './data/format.js'
import { useHash } from './data/hooks.js'
import { follow, type LiveState } from './data/live.js'
import { MeshTab } from './mesh/mesh-tab.js'
import { Mark } from './parts/mark.js'
import { Empty } from './parts/panel.js'
import { Tabs } from './parts/tabs.js'
import { SoakTab } from './soak/soak-tab.js'

const TABS = [
  { id: 'mesh', name: 'Mesh' },
  { id: 'soak', name: 'Soak' },
] as const

const START: LiveState = { mesh: null, soak: null, link: 'connecting', heardAtMs: 0 }

export function App() {
  const [state, setState] = useState(START)
  const [tab, setTab] = useHash<'mesh' | 'soak'>(['mesh', 'soak'])
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
        </div>
        <nav class="top-row top-tabs">
          <Tabs tabs={TABS} current={tab} onSelect={setTab} />
        </nav>
      </header>
      <main class={state.link === 'stale' ? 'is-stale' : ''}>
        <StaleNotice state={state} />
        <div id="view" class="view" role="tabpanel" aria-labelledby={`tab-${tab}`}>
          <View tab={tab} state={state} />
        </div>
      </main>
      <footer class="foot">Reads the nodes' own status, and changes nothing. Times are UTC.</footer>
    </>
  )
}

function View({ tab, state }: { tab: 'mesh' | 'soak'; state: LiveState }) {
  if (!state.mesh && state.link === 'refused') {
    return (
      <Empty title="The console does not answer">
        It has ended, or as many pages are open as it takes. This page goes on asking.
      </Empty>
    )
  }
  if (!state.mesh) {
    return <Empty title="Asking the nodes">The first answers come within two seconds of their start.</Empty>
  }
  return tab === 'mesh' ? <MeshTab mesh={state.mesh} state={state} /> : <SoakTab soak={state.soak} />
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
  return (
    <output class="link" data-link={link}>
      {link === 'live' && (mesh?.head ? <Mark tone="good">live</Mark> : <Mark tone="warn">no node answers</Mark>)}
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
