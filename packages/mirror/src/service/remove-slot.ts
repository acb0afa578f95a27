import { ConfigError } from '@montana/foundation'
import { removeCredentialsOf } from '../config/credentials.js'
import { removeKeys } from '../config/env-file.js'
import { environmentValues } from '../config/environment-values.js'
import type { TargetConfig } from '../contracts/config.js'
import { findTarget } from './find-target.js'
import type { MirrorParts } from './parts.js'
import { type RemoveReport, type RemoveRequest, removeTarget } from './remove.js'

/** Where the keys of a target stand. */
export interface SlotPlace {
  /** File with `MIRROR_<N>_…` keys, the only place that is edited. */
  readonly envFile: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface RemoveSlotReport extends RemoveReport {
  /** Keys that go from the file; names only. */
  readonly keys: readonly string[]
}

/**
 * Forgets a target wholly: what the store knows of it, its keys in the file and its stored token. Its code stays. Throws
 * ConfigError (78) where its keys stand in the environment, and what `removeTarget` throws. Spec repository-mirror 12.
 */
export async function removeSlot(
  parts: MirrorParts,
  name: string,
  asked: RemoveRequest,
  { envFile, environment }: SlotPlace,
  signal: AbortSignal,
): Promise<RemoveSlotReport> {
  const { target } = findTarget(parts.targets, name)
  requireInFile(environment, target)
  const isOfSlot = (key: string) => key.startsWith(`MIRROR_${target.slot}_`)
  const keys = [...environmentValues({}, envFile).keys()].filter(isOfSlot)
  const report = { ...(await removeTarget(parts, name, asked, signal)), keys }
  if (asked.dryRun) return report
  await removeKeys(envFile, isOfSlot)
  await removeCredentialsOf(parts.store.folder, `slot-${target.slot}`)
  return report
}

/** What stands in the environment would bring the target back with the next command. */
function requireInFile(environment: SlotPlace['environment'], { slot }: TargetConfig): void {
  const key = Object.keys(environment).find((name) => name.startsWith(`MIRROR_${slot}_`))
  if (key === undefined) return
  throw new ConfigError(`${key} stands in the environment`, {
    field: key,
    remedy: 'take the keys of the slot out of the environment, then remove the target',
  })
}
