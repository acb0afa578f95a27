import { BreathError } from '../errors.js'
import type { Hub } from '../git/hub.js'
import { HUB_PREFIX } from '../git/repository.js'
import { checkTree } from '../guard/tree.js'
import { capture } from './capture.js'
import { commitState } from './commit.js'
import type { Session } from './session.js'
import { takeIn } from './take-in.js'

/**
 * Publishes the own ref and reads it back: returns only when the hub itself says that it is my commit. Without a hub
 * there is nothing to do here; peers confirm then. Throws BreathError. Spec three-mirror 12.5.
 */
export async function exhale(session: Session, signal?: AbortSignal): Promise<void> {
  await capture(session, signal)
  await commitState(session, signal)
  const hub = await session.hub()
  if (hub !== undefined) await publish(session, hub, signal)
}

/** What the guards held back is not out: no success, whatever else was published. */
export function requireNothingHeld(session: Session): void {
  for (const error of session.held.values()) throw error
}

/** A second try, in case the ref moved by a push of an earlier life of this host. */
const TRIES = 2

async function publish(session: Session, hub: Hub, signal?: AbortSignal): Promise<void> {
  const { node } = session.options
  for (let left = TRIES; left > 0; left--) {
    const commit = session.own?.commit ?? null
    if (commit !== null) await pushIfNew(session, hub, commit, signal)
    const found = await hub.read(node, signal)
    if (found === commit) return await confirm(session, commit, signal)
    await learnWhoWrote(session, hub, signal)
  }
  throw new BreathError('GIT_FAILED', `the hub does not show breath/${node} as it was pushed`, { field: node })
}

async function pushIfNew(session: Session, hub: Hub, commit: string, signal?: AbortSignal): Promise<void> {
  const known = session.refs.get(HUB_PREFIX + session.options.node) ?? null
  if (known === commit) return
  await checkTree(session.parts.repository, commit, session, signal)
  await hub.push(session.options.node, commit, known, signal)
}

async function confirm(session: Session, commit: string | null, signal?: AbortSignal): Promise<void> {
  session.unpushedSinceMs = null
  session.acknowledged = session.state.vector.get(session.options.node) ?? null
  if (commit === null) return
  const ref = HUB_PREFIX + session.options.node
  const known = session.refs.get(ref) ?? null
  if (known === commit) return
  await session.parts.repository.updateRef(ref, commit, known, signal)
  session.refs = new Map(session.refs).set(ref, commit)
}

/**
 * The ref on the hub is not what it was. Written by an earlier life of this host: it is merged, and published again.
 * By anybody else: `REF_FOREIGN`, and since it is known now, the next exhale replaces exactly that. Spec 12.2.
 */
async function learnWhoWrote(session: Session, hub: Hub, signal?: AbortSignal): Promise<void> {
  await hub.fetch(signal)
  await takeIn(session, signal)
  const ref = HUB_PREFIX + session.options.node
  const source = session.parts.sources.all().find((one) => one.ref === ref)
  if (source !== undefined && 'error' in source.outcome) throw foreignRef(session, source.outcome.error)
  await commitState(session, signal)
}

function foreignRef(session: Session, cause: BreathError): BreathError {
  const error = new BreathError('REF_FOREIGN', `breath/${session.options.node} on the hub was written by another`, {
    field: session.options.node,
    remedy: 'find out who may push there; the next exhale replaces it',
    cause,
  })
  session.report(HUB_PREFIX + session.options.node, error)
  return error
}
