import type { Layer, TargetConfig } from '../contracts/config.js'
import { layersOf } from './layer-order.js'

export const HOOKS = ['post-sync', 'secret-changed', 'variable-changed'] as const
export type Hook = (typeof HOOKS)[number]

/** One layer of one target. */
export interface LayerOfTarget {
  readonly mirror: string
  readonly layer: Layer
}

/** Spec repository-mirror 5, the table of hooks. */
const LAYERS: Readonly<Record<Hook, readonly Layer[]>> = {
  'post-sync': ['code', 'workflows'],
  'secret-changed': ['secrets'],
  'variable-changed': ['variables'],
}

/** What an operation on the primary asks of the targets. */
export function hookRequests(hook: Hook, targets: readonly TargetConfig[]): readonly LayerOfTarget[] {
  return requestsOf(targets, LAYERS[hook])
}

/** These layers of these targets, where they apply. */
export function requestsOf(targets: readonly TargetConfig[], layers: readonly Layer[]): readonly LayerOfTarget[] {
  return targets
    .filter(({ enabled }) => enabled)
    .flatMap((target) => layersOf(target).map((layer) => ({ mirror: target.name, layer })))
    .filter(({ layer }) => layers.includes(layer))
}
