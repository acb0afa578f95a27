import { MirrorError } from '../contracts/errors.js'
import { epochHeldBy } from './epoch-held.js'
import { findTarget } from './find-target.js'
import { note } from './note.js'
import type { MirrorParts, Reached } from './parts.js'

export type Withdrawn = 'secrets' | 'variables'

export interface RemoveRequest {
  readonly reason: string
  /** Deletes the names there that this tool made, before the target is forgotten. */
  readonly withdraw: readonly Withdrawn[]
  readonly dryRun: boolean
}

/** What goes and what stays: names only. */
export interface RemoveReport {
  readonly id: string
  readonly outcome: 'shown' | 'done'
  readonly withdrawn: Readonly<Record<Withdrawn, readonly string[]>>
  /** Names that were there before this tool: kept in step until now, never deleted. */
  readonly kept: Readonly<Record<Withdrawn, readonly string[]>>
}

const KINDS = { secrets: 'secret', variables: 'variable' } as const

/**
 * Forgets a target in the store; its keys are the caller's to remove. Code on it is never touched. Throws
 * TARGET_NOT_FOUND, and PRECONDITION for the target that acts as primary. Spec repository-mirror 12.
 */
export async function removeTarget(
  parts: MirrorParts,
  name: string,
  asked: RemoveRequest,
  signal: AbortSignal,
): Promise<RemoveReport> {
  const reached = findTarget(parts.targets, name)
  await requireNoHolder(parts, reached, signal)
  const names = (origin: 'created' | 'adopted', kinds: readonly Withdrawn[]) => namesOf(parts, name, origin, kinds)
  const withdrawn = names('created', asked.withdraw)
  const report = { id: name, withdrawn, kept: names('adopted', ['secrets', 'variables']) }
  if (asked.dryRun) return { ...report, outcome: 'shown' }
  for (const kind of asked.withdraw) await withdraw(parts, reached, kind, withdrawn[kind], signal)
  parts.store.forget(name)
  note(parts, 'remove', asked.reason, null, { mirror: name, withdrawn })
  return { ...report, outcome: 'done' }
}

function namesOf(
  { store }: MirrorParts,
  mirror: string,
  origin: 'created' | 'adopted',
  kinds: readonly Withdrawn[],
): Readonly<Record<Withdrawn, readonly string[]>> {
  const of = (kind: Withdrawn) =>
    kinds.includes(kind)
      ? store.owned
          .all(mirror, KINDS[kind])
          .filter((owned) => owned.origin === origin)
          .map((owned) => owned.name)
      : []
  return { secrets: of('secrets'), variables: of('variables') }
}

/** One at a time, each forgotten before the next: a run that is killed goes on with what is left. */
async function withdraw(
  { store }: MirrorParts,
  reached: Reached,
  kind: Withdrawn,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (reached.type !== 'github') return
  for (const name of names) {
    await reached.provider[kind].delete(name, signal)
    store.owned.delete(reached.target.name, KINDS[kind], name)
  }
}

async function requireNoHolder(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<void> {
  const epoch = await epochHeldBy(parts, reached, signal)
  if (epoch === null) return
  throw new MirrorError('PRECONDITION', `${reached.target.name} holds epoch ${epoch}: it acts`, {
    remedy: `hand it back first: montana mirror demote ${reached.target.name}`,
  })
}
