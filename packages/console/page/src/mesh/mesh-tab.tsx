import type { MeshView } from '../../../src/api/views.js'
import type { LiveState } from '../data/live.js'
import { Empty, Panel } from '../parts/panel.js'
import { Alerts } from './alerts.js'
import { HeartbeatMatrix } from './heartbeat-matrix.js'
import { NodeTable } from './node-table.js'
import { RecentStrip } from './recent-strip.js'
import { Resources } from './resources.js'
import { MeshTiles } from './tiles.js'

export function MeshTab({ mesh, state }: { mesh: MeshView; state: LiveState }) {
  const soak = typeof state.soak === 'string' ? null : state.soak
  const report = soak?.report ?? null
  if (mesh.nodes.length === 0) return <NoNodes />
  return (
    <>
      <MeshTiles mesh={mesh} heardAtMs={state.heardAtMs} report={report} isStale={state.link === 'stale'} />
      <Alerts mesh={mesh} report={report} />
      <RecentStrip mesh={mesh} />
      <Panel id="nodes" title="Nodes">
        <NodeTable mesh={mesh} soak={soak} />
      </Panel>
      <Panel id="heartbeats" title="Heartbeats" aside="answered ÷ expected, then round trip p50 / p99 in ms">
        <HeartbeatMatrix nodes={mesh.nodes} />
      </Panel>
      <Panel id="resources" title="Resources" aside="of the process, then of its host as the kernel measures it">
        <Resources nodes={mesh.nodes} />
      </Panel>
    </>
  )
}

function NoNodes() {
  return (
    <Empty title="No nodes are configured">
      Start the console with <code>--data-dir</code> of a devnet, or with <code>--config</code> of a watchdog.
    </Empty>
  )
}
