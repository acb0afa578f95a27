export {
  type Availability,
  type AvailabilityInput,
  type AvailabilityTerm,
  availability,
  SECONDS_PER_YEAR,
  type Structure,
  structures,
} from './availability/index.js'
export { boundList, bounds } from './config/bounds/bounds.js'
export { secondsText } from './config/bounds/seconds.js'
export type { Bound, GroupBounds, OverlapBound, PolicyBounds } from './config/bounds/types.js'
export { type WitnessTimes, witnessTimes } from './config/bounds/witness-times.js'
export { DEFAULT_CONFIG_PATH } from './config/constants.js'
export { type CoreExtras, toCoreSettings } from './config/core-settings.js'
export { type LoadedConfig, type LoadOptions, loadGroupConfig } from './config/load.js'
export { PRESETS, type PresetName } from './config/presets.js'
export type { ConfigProblem, ConfigProblemCode } from './config/problem.js'
export { PROFILES } from './config/profiles.js'
export { checkSelfKey, findSelf, localAddresses, type SelfSources } from './config/self.js'
export type * from './config/types.js'
export { environmentWarnings } from './config/warn/environment.js'
export { ROW_TEXTS } from './simulation/rows.js'
export type { Scenario } from './simulation/scenario.js'
export { type SimulatedPolicy, type SimulationResult, simulateGroup } from './simulation/simulate-group.js'
