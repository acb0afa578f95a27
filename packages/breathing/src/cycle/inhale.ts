import { BreathError } from '../errors.js'
import type { PeerExchange } from '../peers/exchange.js'
import { asBreathError } from './as-breath-error.js'
import { capture } from './capture.js'
import { commitState } from './commit.js'
import { overwritePath, projectAll } from './project.js'
import type { Session } from './session.js'
import { takeIn } from './take-in.js'

/**
 * Takes in what others wrote: own writes first, then fetch, merge, commit, projection. Where the hub does not answer,
 * peers are asked. Throws BreathError when neither could be read; what was known before is merged all the same.
 */
export async function inhale(
  session: Session,
  exchange: PeerExchange | undefined,
  signal?: AbortSignal,
): Promise<void> {
  await capture(session, signal)
  const failure = await fetchAll(session, exchange, signal)
  signal?.throwIfAborted()
  await takeIn(session, signal)
  await restoreReset(session)
  await commitState(session, signal)
  await projectAll(session)
  if (failure) throw failure
}

async function fetchAll(
  session: Session,
  exchange: PeerExchange | undefined,
  signal?: AbortSignal,
): Promise<BreathError | undefined> {
  const failure = await fetchHub(session, signal)
  if (failure === undefined) {
    await exchange?.pullMissing(await session.parts.repository.refs(signal), signal)
    return undefined
  }
  if (exchange !== undefined && (await exchange.pullAll(signal)) > 0) return undefined
  const isAlone = session.modules.verifier.hosts().every((host) => host === session.options.node)
  return failure === 'no hub' ? (isAlone ? undefined : noPeer()) : failure
}

async function fetchHub(session: Session, signal?: AbortSignal): Promise<BreathError | 'no hub' | undefined> {
  try {
    const hub = await session.hub()
    if (hub === undefined) return 'no hub'
    await hub.fetch(signal)
    return undefined
  } catch (error) {
    return asBreathError(error)
  }
}

function noPeer(): BreathError {
  return new BreathError('GIT_FAILED', 'there is no hub, and no peer answered', {
    remedy: 'start the other hosts, or configure a remote',
  })
}

/** An own clone was in the middle of a rebase or merge: what that did to the synced files is taken back. */
async function restoreReset(session: Session): Promise<void> {
  if (!session.isCloneReset) return
  for (const [path, { code }] of session.held) {
    if (code === 'JSON_INVALID' && session.state.files.has(path)) await overwritePath(session, path)
  }
  session.isCloneReset = false
}
