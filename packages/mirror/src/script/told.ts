import { join } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { loadManifest } from '../config/manifest.js'
import type { Values } from '../config/settings.js'
import type { Told } from '../decide/renewable.js'
import type { ScriptInit } from './place.js'

export interface GuardScriptInit extends ScriptInit {
  /** Where the gates stand that the step was handed. */
  readonly values: Values
}

export interface ToldRead {
  readonly told: Told
  /** Why the gates stay as the record has them. */
  readonly problem: string | null
}

/** A primary may act without its manifest, too: its gates are for whoever is promoted after it. */
export function readTold({ environment, source, values }: GuardScriptInit): ToldRead {
  const { role, autoPromote, permitMs, manifestFile } = environment
  const without = { autoPromote, permitMs, gates: [], values }
  if (role !== 'MASTER') return { told: without, problem: null }
  try {
    const { gates } = loadManifest(join(source, manifestFile))
    return { told: { ...without, gates }, problem: null }
  } catch (error) {
    return { told: without, problem: errorMessage(error) }
  }
}
