import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { Empty } from '../parts/panel.js'

export interface IntegrationsProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

export function IntegrationsTab(_: IntegrationsProps) {
  return <Empty title="Integrations">Here come repository mirrors.</Empty>
}
