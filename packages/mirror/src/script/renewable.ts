import { join } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { loadManifest } from '../config/manifest.js'
import type { Values } from '../config/settings.js'
import type { Renewable } from '../decide/fence-rules.js'
import type { ScriptInit } from './place.js'

export interface GuardScriptInit extends ScriptInit {
  /** Where the gates stand that the step was handed. */
  readonly values: Values
}

export interface RenewableRead {
  readonly content: Partial<Renewable>
  /** Why the gates stay as the record has them. */
  readonly problem: string | null
}

const MINUTE_MS = 60_000

/** What the primary writes anew: only what it was told, so that what a workflow does not hand over stays. Spec 9.1. */
export function renewableOf(init: GuardScriptInit): RenewableRead {
  const { role, autoPromote, permitMs } = init.environment
  if (role !== 'MASTER') return { content: {}, problem: null }
  const told = autoPromote === null ? {} : { autoPromote, permitMinutes: permitMs / MINUTE_MS }
  try {
    return { content: { ...told, ...gatesOf(init) }, problem: null }
  } catch (error) {
    // A primary may act all the same: its gates are for whoever is promoted after it.
    return { content: told, problem: errorMessage(error) }
  }
}

function gatesOf({ environment, source, values }: GuardScriptInit): Partial<Renewable> {
  const { gates } = loadManifest(join(source, environment.manifestFile))
  const told = gates.flatMap(({ name }) => (values[name] ? [[name, values[name]] as const] : []))
  return told.length === 0 ? {} : { gates: Object.fromEntries(told) }
}
