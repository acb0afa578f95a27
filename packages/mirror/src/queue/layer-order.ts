import type { Layer, TargetConfig } from '../contracts/config.js'

/** Within one target; roles and gates come before all of them. Spec repository-mirror 5 and 8.2. */
export const LAYER_ORDER: readonly Layer[] = ['code', 'workflows', 'secrets', 'variables']

/** What is kept in step on a target. */
export function layersOf(target: TargetConfig): readonly Layer[] {
  if (target.type === 'git') return ['code']
  const isOn: Readonly<Record<Layer, boolean>> = {
    ...{ code: true, workflows: true },
    ...{ secrets: target.syncSecrets, variables: target.syncVariables },
  }
  return LAYER_ORDER.filter((layer) => isOn[layer])
}
