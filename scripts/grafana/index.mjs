import { mesh } from './mesh.mjs'
import { node } from './node.mjs'
import { services } from './services.mjs'
import { soak } from './soak.mjs'

/** By the name of their file in deploy/grafana. */
export const DASHBOARDS = { mesh, node, services, soak }
