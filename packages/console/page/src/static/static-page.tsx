import type { ExplorerData } from '../../../src/api/data-views.js'
import { clockTime, dayTime, duration } from '../data/format.js'
import { Boundary } from '../parts/boundary.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { type Followed, useData } from './follow.js'
import { Genesis, LatestWinners, Operators, quorumNote } from './ledger.js'
import { Nodes } from './nodes.js'
import { Strangers } from './strangers.js'
import { StaticTiles } from './tiles.js'

const MS_PER_S = 1_000

/** What everybody may see of a mesh, from one file beside it. */
export function StaticPage() {
  const followed = useData('./data.json')
  return (
    <Boundary of={followed.data} instead={<Odd />}>
      <Drawn followed={followed} />
    </Boundary>
  )
}

/** The file has the name of the schema and another form: of another release, or spoilt. */
function Odd() {
  return (
    <main>
      <div class="view">
        <Empty title="data.json has a form that this page does not know">
          Export it and this page by one release, with <code>montana explorer export --page</code>. This page goes on
          asking.
        </Empty>
      </div>
    </main>
  )
}

function Drawn({ followed }: { followed: Followed }) {
  const { data } = followed
  return (
    <>
      <header class="top">
        <div class="top-row top-only">
          <h1>
            <img class="top-icon" src="./icon.svg" alt="" width="20" height="20" />
            Montana
          </h1>
          <span class="top-network">{data?.ledger.genesis?.network_name ?? ''}</span>
          <StateLight followed={followed} />
        </div>
      </header>
      <main class={followed.state === 'live' ? '' : 'is-stale'}>
        <div class="view">{data ? <Content data={data} /> : <Nothing followed={followed} />}</div>
      </main>
      <footer class="foot">
        {data && <span>Updated {dayTime(data.updated)} UTC. </span>}The same as data:{' '}
        <a href="./data.json">data.json</a>
      </footer>
    </>
  )
}

function StateLight({ followed: { data, state, ageS } }: { followed: Followed }) {
  return (
    <output class="link" data-link={state}>
      {state === 'asking' && <Mark tone="none">asking</Mark>}
      {state === 'missing' && <Mark tone="bad">{data ? `no answer since ${clockTime(data.updated)}` : 'no data'}</Mark>}
      {state === 'old' && <Mark tone="bad">not updated for {duration((ageS ?? 0) * MS_PER_S)}</Mark>}
      {state === 'live' && data && <Light data={data} />}
    </output>
  )
}

/** The mesh as a whole in a word. */
function Light({ data: { network_summary: summary } }: { data: ExplorerData }) {
  const { agree, active_nodes: active, total_nodes: total, findings_critical: critical } = summary
  if (agree === false) return <Mark tone="bad">nodes disagree</Mark>
  if (active === 0) return <Mark tone="bad">no node answers</Mark>
  if (critical !== null && critical > 0) return <Mark tone="bad">{critical} critical findings</Mark>
  if (active < total) return <Mark tone="warn">{`${active} of ${total} nodes`}</Mark>
  return <Mark tone="good">running</Mark>
}

function Nothing({ followed: { state } }: { followed: Followed }) {
  if (state === 'asking') return <Empty title="Reading data.json">It lies beside this page.</Empty>
  return (
    <Empty title="There is no data.json here">
      <code>montana explorer export</code> writes it each time it is called; a timer calls it every minute. This page
      goes on asking.
    </Empty>
  )
}

function Content({ data }: { data: ExplorerData }) {
  const { ledger, nodes, discovered_peers: peers } = data
  return (
    <>
      <StaticTiles data={data} />
      <div class="pair">
        <Panel id="operators" title="Operators" aside={quorumNote(ledger)}>
          <Operators ledger={ledger} />
        </Panel>
        <Panel id="winners" title="Latest winners">
          <LatestWinners ledger={ledger} />
        </Panel>
      </div>
      <Panel id="nodes" title="Nodes">
        <Nodes nodes={nodes} />
      </Panel>
      <div class="pair">
        <Panel id="peers" title="Peers outside the manifest" aside={`${peers.length} in seven days`}>
          <Strangers peers={peers} />
        </Panel>
        <Panel id="genesis" title="Genesis">
          <Genesis ledger={ledger} />
        </Panel>
      </div>
    </>
  )
}
