import type { MeshView } from '../../../src/api/views.js'
import type { LiveState } from '../data/live.js'
import { Panel } from '../parts/panel.js'
import { HeartbeatMatrix } from './heartbeat-matrix.js'
import { NodeTable } from './node-table.js'
import { RecentStrip } from './recent-strip.js'
import { MeshTiles } from './tiles.js'

export function MeshTab({ mesh, state }: { mesh: MeshView; state: LiveState }) {
  const soak = state.soak === 'none' ? null : state.soak
  return (
    <>
      <MeshTiles
        mesh={mesh}
        heardAtMs={state.heardAtMs}
        report={soak?.report ?? null}
        isStale={state.link === 'stale'}
      />
      <RecentStrip mesh={mesh} />
      <Panel id="nodes" title="Nodes">
        <NodeTable mesh={mesh} soak={soak} />
      </Panel>
      <Panel id="heartbeats" title="Heartbeats" aside="answered ÷ expected, then round trip p50 / p99 in ms">
        <HeartbeatMatrix nodes={mesh.nodes} />
      </Panel>
    </>
  )
}
