import '../style/explorer.css'
import type { GenesisView, NodesView } from '../../../src/api/explorer-views.js'
import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { Empty } from '../parts/panel.js'
import { AccountPlace } from './account-place.js'
import { useNode } from './ask.js'
import { FindPlace } from './find-place.js'
import { useNodeChoice, useRoute } from './hooks.js'
import { Lookup } from './lookup.js'
import { namesOf } from './names.js'
import { NodePlace } from './node-place.js'
import { Overview } from './overview.js'
import { hrefOf, type Route } from './route.js'
import { WindowPlace } from './window-place.js'

export interface ExplorerProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

/** Members come and go at selections, which are minutes apart at the least. */
const NAMES_EVERY_MS = 30_000

export function ExplorerTab({ mesh }: ExplorerProps) {
  const choice = useNodeChoice(mesh)
  if (!mesh) return <Empty title="Asking the nodes">The first answers come within two seconds of their start.</Empty>
  if (mesh.nodes.length === 0) {
    return (
      <Empty title="This console follows no node">
        Start it with <code>--data-dir</code> of a devnet, or with <code>--config</code> that names nodes.
      </Empty>
    )
  }
  if (choice.label === null) {
    return (
      <Empty title="No node answers">
        The ledger is read from a running node. This page goes on asking; what was recorded is under Soak.
      </Empty>
    )
  }
  return <Explorer mesh={mesh} choice={choice} label={choice.label} />
}

interface ReadyProps {
  readonly mesh: MeshView
  readonly choice: ReturnType<typeof useNodeChoice>
  readonly label: string
}

function Explorer({ mesh, choice, label }: ReadyProps) {
  const route = useRoute()
  const { data: nodes } = useNode<NodesView>(label, 'nodes?limit=200', NAMES_EVERY_MS)
  const { data: genesis } = useNode<GenesisView>(label, 'genesis', NAMES_EVERY_MS)
  return (
    <>
      <Lookup mesh={mesh} choice={choice} names={namesOf(nodes, genesis)} />
      <Place key={hrefOf(route)} route={route} label={label} />
    </>
  )
}

function Place({ route, label }: { route: Route; label: string }) {
  if (route.kind === 'window') return <WindowPlace label={label} window={route.window} />
  if (route.kind === 'account') return <AccountPlace label={label} id={route.id} />
  if (route.kind === 'node') return <NodePlace label={label} id={route.id} />
  if (route.kind === 'find') return <FindPlace label={label} hash={route.id} />
  return <Overview label={label} />
}
