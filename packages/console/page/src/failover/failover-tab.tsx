import type { FeaturesView, MeshView } from '../../../src/api/views.js'
import { Empty } from '../parts/panel.js'

export interface FailoverProps {
  readonly features: FeaturesView
  readonly mesh: MeshView | null
}

export function FailoverTab(_: FailoverProps) {
  return <Empty title="Failover">Here come who leads a service.</Empty>
}
