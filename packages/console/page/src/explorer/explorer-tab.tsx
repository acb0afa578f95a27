import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { Empty } from '../parts/panel.js'

export interface ExplorerProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

export function ExplorerTab(_: ExplorerProps) {
  return <Empty title="Explorer">Here come windows, proposals and accounts.</Empty>
}
