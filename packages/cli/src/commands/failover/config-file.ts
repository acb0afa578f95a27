import { DEFAULT_CONFIG_PATH } from '@montana/failover/settings'
import type { CliContext, GlobalOptions } from '../../context.js'

/** Of every verb that needs the group: `--config`, `MONTANA_CONFIG`, or the installed file. */
export function configFile({ environment }: CliContext, { config }: Pick<GlobalOptions, 'config'>): string {
  return config ?? environment.MONTANA_CONFIG ?? DEFAULT_CONFIG_PATH
}
