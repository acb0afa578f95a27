import { environmentValues } from '../config/environment-values.js'
import { loadMirrorConfig } from '../config/load.js'
import type { Mirror } from './mirror.js'
import { githubProvider, type OpenMirrorInit, reopenedParts } from './open.js'
import { primaryTarget } from './primary-target.js'
import type { SlotPlace } from './remove-slot.js'

export interface ReconfigureInit extends SlotPlace, Pick<OpenMirrorInit, 'clock' | 'pace'> {
  /** Of the primary; that of github.com by default. */
  readonly apiUrl?: string | undefined
}

/** What environment and `.env` say now counts from now on. Throws ConfigError (78), MirrorError; then nothing has changed. */
export async function reconfigure(mirror: Mirror, init: ReconfigureInit, signal: AbortSignal): Promise<void> {
  const { environment, envFile, apiUrl } = init
  const config = loadMirrorConfig({ environment, envFile })
  const target = primaryTarget(config, apiUrl)
  const primary = target === null ? null : githubProvider(target, init)
  const values = environmentValues(environment, envFile)
  mirror.adopt(await reopenedParts(mirror.parts, { ...init, config, values, primary }, signal))
}
