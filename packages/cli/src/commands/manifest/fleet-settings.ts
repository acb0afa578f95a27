import { DEFAULT_FLEET_CONFIG, DEFAULT_FLEET_STATE, type FleetConfig, readFleetConfig } from '@montana/fleet'
import { UsageError } from '@montana/foundation'
import type { CliContext, GlobalOptions } from '../../context.js'

export interface FleetFlags extends GlobalOptions {
  operators?: string
  state?: string
  genesis?: string
  source?: string[]
}

/** Flags > configuration file. Without a file only what the flags say counts; they must then name the operators. */
export async function fleetSettings(context: CliContext, flags: FleetFlags): Promise<FleetConfig> {
  const named = flags.config ?? context.environment.MONTANA_CONFIG
  const needsFile = named !== undefined || flags.operators === undefined
  const file = needsFile ? await readFleetConfig(named ?? DEFAULT_FLEET_CONFIG) : undefined
  const operators = flags.operators ?? file?.operators
  if (operators === undefined) throw new UsageError('--operators is missing', { field: 'operators' })
  const genesis = flags.genesis ?? file?.genesis
  return {
    ...file,
    operators,
    state: flags.state ?? file?.state ?? DEFAULT_FLEET_STATE,
    sources: flags.source ?? file?.sources ?? [],
    ...(genesis !== undefined && { genesis }),
  }
}
