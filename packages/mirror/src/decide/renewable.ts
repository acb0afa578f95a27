import type { Manifest, Role } from '../contracts/config.js'
import { MINUTE_MS } from './durations.js'
import type { Renewable } from './fence-rules.js'

/** What a run was told of its repository. */
export interface Told {
  /** `MIRROR_AUTO_PROMOTE`; null: not given, what the record says stays. */
  readonly autoPromote: boolean | null
  readonly permitMs: number
  /** Of the manifest; none where it cannot be read. */
  readonly gates: Manifest['gates']
  /** Where the gates stand, by name. */
  readonly values: Readonly<Record<string, string | undefined>>
}

/**
 * What a renewal writes anew: only a primary, and only what it was told, so that what nobody handed over stays as the
 * record has it. Spec repository-mirror 3.3 and 9.1.
 */
export function renewableOf(role: Role | null, told: Told): Partial<Renewable> {
  if (role !== 'MASTER') return {}
  const { autoPromote, permitMs } = told
  const gates = gatesOf(told)
  return {
    ...(autoPromote !== null && { autoPromote, permitMinutes: permitMs / MINUTE_MS }),
    ...(Object.keys(gates).length > 0 && { gates }),
  }
}

/** The gates that were told, by name; one that is not set or empty counts as not told. */
export function gatesOf({ gates, values }: Pick<Told, 'gates' | 'values'>): Renewable['gates'] {
  return Object.fromEntries(gates.flatMap(({ name }) => (values[name] ? [[name, values[name]] as const] : [])))
}
