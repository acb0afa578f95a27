import { createHash } from 'node:crypto'
import { ConfigError } from '@montana/foundation'
import type { RunningBuild } from '../build-info.js'

/** Drill: the node pretends to be another build, of the version that this variable names. */
export const OLD_BUILD_ENVIRONMENT = 'MONTANA_DRILL_BUILD'

/** A made-up build of `version`: revision and bundle hash follow from it and belong to nothing. Throws {@link ConfigError}. */
export function drilledBuild(version: string): RunningBuild {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    const remedy = 'unset it, or name a version such as 0.0.1'
    throw new ConfigError(`${OLD_BUILD_ENVIRONMENT} '${version}' is not a version`, {
      field: OLD_BUILD_ENVIRONMENT,
      remedy,
    })
  }
  const digest = (what: string) => createHash('sha256').update(`montana-drill/${what}/${version}`).digest('hex')
  return { version, revision: digest('revision').slice(0, 40), bundle_sha256: digest('bundle') }
}
