import { errorMessage } from '@montana/foundation'
import { removeCredentialsOf } from '../config/credentials.js'
import { setKeys } from '../config/env-file.js'
import { nameText } from '../config/repository-name.js'
import type { MirrorConfig, TargetConfig } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { PermissionCheck } from '../contracts/provider.js'
import {
  type Candidate,
  type CandidatePlace,
  missing,
  type Prepared,
  prepare,
  tried,
  withoutSecrets,
} from './candidate.js'
import { note } from './note.js'
import type { MirrorParts } from './parts.js'

const SLOT_MAX = 99

export interface AddInit extends CandidatePlace {
  /** After it is saved: hands guards and sentinel what they need; says what is missing for that, or null. */
  readonly install?: ((config: MirrorConfig) => Promise<string | null>) | undefined
}

/** Names only, never a value of a secret. */
export interface AddReport {
  readonly id: string
  readonly slot: number
  readonly keys: readonly string[]
  readonly checks: readonly PermissionCheck[]
  /** What is left to do by hand. */
  readonly note: string | null
}

/** The lowest that is free. Throws PRECONDITION. */
export function freeSlot({ config }: Pick<MirrorParts, 'config'>): number {
  const taken = new Set(config.targets.map(({ slot }) => slot))
  const free = Array.from({ length: SLOT_MAX }, (_, at) => at + 1).find((slot) => !taken.has(slot))
  if (free !== undefined) return free
  throw new MirrorError('PRECONDITION', 'all slots are taken', { remedy: 'remove a mirror first' })
}

/**
 * Tests once more what was tested, then saves: a target that cannot be written to never stands in the configuration. What
 * fails leaves nothing behind. Throws ConfigError, MirrorError. Spec repository-mirror 12 and 14.2.
 */
export async function addSlot(
  parts: MirrorParts,
  init: AddInit,
  candidate: Candidate,
  wanted: string,
  signal: AbortSignal,
): Promise<AddReport> {
  const slot = freeSlot(parts)
  const files = `slot-${slot}`
  try {
    const prepared = await prepare(init, candidate, { slot, files, isKept: true }, signal)
    const checks = await requireTested(parts, prepared, candidate, wanted, signal)
    await setKeys(init.envFile, prepared.keys)
    return { ...saved(parts, prepared), checks, note: await installed(init, prepared.config) }
  } catch (error) {
    await removeCredentialsOf(init.dataFolder, files)
    throw withoutSecrets(error, candidate)
  }
}

async function requireTested(
  parts: MirrorParts,
  { reached }: Prepared,
  candidate: Candidate,
  wanted: string,
  signal: AbortSignal,
): Promise<readonly PermissionCheck[]> {
  requireNew(parts, reached.target)
  const { checks, testedAs } = await tried(reached, candidate, signal)
  const lacking = missing(checks)
  if (lacking.length > 0) {
    throw new MirrorError('TARGET_FORBIDDEN', `it lacks ${lacking.map(({ name }) => name).join(', ')}`, {
      remedy: lacking.map(({ remedy }) => remedy ?? '').join(' ') || 'grant what is missing',
    })
  }
  if (testedAs !== wanted) {
    throw new MirrorError('PRECONDITION', 'this is not what was tested', { remedy: 'test it, then save it' })
  }
  if ((await reached.provider.describe(signal)).id === parts.self) {
    const remedy = 'choose a repository of another account'
    throw new MirrorError('TARGET_IS_PRIMARY', 'this is the primary itself', { remedy })
  }
  return checks
}

function requireNew({ config }: MirrorParts, target: TargetConfig): void {
  const known = config.targets.find((other) => placeOf(other) === placeOf(target))
  if (known === undefined) return
  throw new MirrorError('PRECONDITION', `${known.name} goes there already`, { remedy: 'choose another target' })
}

function placeOf(target: TargetConfig): string {
  return target.type === 'git' ? target.url : `${target.apiUrl} ${nameText(target.repository).toLowerCase()}`
}

function saved(parts: MirrorParts, { reached: { target }, keys }: Prepared) {
  const names = Object.keys(keys)
  note(parts, 'add', 'asked for on the page', null, { mirror: target.name, slot: target.slot, keys: names })
  return { id: target.name, slot: target.slot, keys: names }
}

/** The target is saved, whatever becomes of this. */
async function installed({ install }: AddInit, config: MirrorConfig): Promise<string | null> {
  try {
    return (await install?.(config)) ?? null
  } catch (error) {
    return errorMessage(error)
  }
}
