import { MirrorError } from '../contracts/errors.js'
import type { OwnedName } from '../contracts/store.js'
import type { NamePlan } from '../decide/reconcile.js'
import type { Finding } from './finding.js'
import type { NamesInit } from './names.js'
import { MAC_OF_BEGUN_WRITE, TIME_NOT_READ_YET } from './owned-names.js'

export interface Application extends NamesInit {
  readonly plan: NamePlan
  /** By name as the provider stores it. */
  readonly values: ReadonlyMap<string, string>
  readonly before: readonly OwnedName[]
}

/** Names that fail for their own value: the others still go on. */
const OF_ONE_NAME = new Set<string>(['VALUE_TOO_LARGE', 'NAME_INVALID'])

/** Removes, creates and updates, each on record before the next. Returns what single names were refused for. */
export async function applyNames(work: Application, signal: AbortSignal): Promise<readonly Finding[]> {
  const { mirror, plan, owned, names } = work
  const refusals: Finding[] = []
  for (const name of plan.forget) owned.delete(mirror, names.kind, name)
  // First, so that there is room for the new ones.
  for (const name of plan.delete) await remove(work, name, signal)
  for (const name of [...plan.create, ...plan.update]) {
    const refusal = await writeOrRefuse(work, name, signal)
    if (refusal !== null) refusals.push(refusal)
  }
  return refusals
}

async function remove({ mirror, names, owned }: Application, name: string, signal: AbortSignal): Promise<void> {
  await names.store.delete(name, signal)
  owned.delete(mirror, names.kind, name)
}

async function writeOrRefuse(work: Application, name: string, signal: AbortSignal): Promise<Finding | null> {
  try {
    await write(work, name, signal)
    return null
  } catch (error) {
    if (!(error instanceof MirrorError) || !OF_ONE_NAME.has(error.code)) throw error
    return { code: error.code, message: error.message, remedy: error.remedy ?? null }
  }
}

/** On record before it is sent, so that a name that we made is never taken for one that was there before. */
async function write(work: Application, name: string, signal: AbortSignal): Promise<void> {
  const { owned, names, values, mac } = work
  const value = values.get(name) ?? ''
  owned.put(entryOf(work, name, MAC_OF_BEGUN_WRITE))
  await names.store.put(name, value, signal)
  owned.put(entryOf(work, name, mac(name, value)))
}

function entryOf({ mirror, names, plan, before }: Application, name: string, mac: string): OwnedName {
  const known = before.find((entry) => entry.name === name)
  const origin = known?.origin ?? (plan.adopt.includes(name) ? 'adopted' : 'created')
  return { mirror, kind: names.kind, name, mac, origin, remoteUpdatedAtMs: TIME_NOT_READ_YET }
}
