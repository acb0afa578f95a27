import { depthOf } from '../git/depth.js'
import { NO_HUB } from '../git/hub.js'
import { HUB_PREFIX } from '../git/repository.js'
import { manifestOf, sealMessage } from '../git/seal.js'
import { writeCommit } from '../git/write-commit.js'
import { checkTree } from '../guard/tree.js'
import { encodeState } from '../merge/encode.js'
import { highestStamp } from '../merge/state.js'
import type { OwnTip, Session } from './session.js'

/**
 * Puts the state into the own ref, if it changed: echoes die out here. The commit is walked before the ref names it, so
 * that what the ref names may always leave. Spec three-mirror 12.2, 12.3.
 */
export async function commitState(session: Session, signal?: AbortSignal): Promise<void> {
  const { state, options, parts } = session
  const stamp = highestStamp(state)
  if (stamp === undefined || session.isCommitted()) return
  const files = encodeState(state, options.depth)
  const tree = await parts.writer.write(files, signal)
  if (tree === session.own?.tree) return session.noteCommitted()
  const parent = await parentOf(session, signal)
  const seal = { node: options.node, epoch: session.modules.epoch?.() ?? '0', stamp, manifest: manifestOf(files) }
  const message = await sealMessage(seal, session.modules.signer)
  const init = { tree, parent: parent?.commit ?? null, message, node: options.node }
  const commit = await writeCommit(parts.repository, init, signal)
  await checkTree(parts.repository, commit, session, signal)
  await parts.repository.updateRef(session.ownRef, commit, session.own?.commit ?? null, signal)
  const madeMs = session.time.wallMs()
  session.own = { commit, tree, commits: (parent?.commits ?? 0) + 1, madeMs, rootMs: parent?.rootMs ?? madeMs }
  session.unpushedSinceMs ??= session.time.monotonicMs()
  session.noteCommitted()
}

/**
 * What was published last: commits that never left are not left behind it either, so a hub that was away for an hour
 * gets one commit. None at all when the history is due to be cut. Spec three-mirror 12.7.
 */
async function parentOf(session: Session, signal?: AbortSignal): Promise<OwnTip | null> {
  const { cutAfterCommits, cutAfterMs } = session.options
  const parent = await lastPublished(session, signal)
  if (parent === null || parent.commits >= cutAfterCommits) return null
  return session.time.wallMs() - parent.rootMs >= cutAfterMs ? null : parent
}

async function lastPublished(session: Session, signal?: AbortSignal): Promise<OwnTip | null> {
  const { options, refs, parts, own } = session
  if (options.remote === NO_HUB) return own
  const ref = HUB_PREFIX + options.node
  const commit = refs.get(ref)
  if (commit === undefined) return null
  if (commit === own?.commit) return own
  const source = parts.sources.all().find((one) => one.ref === ref && one.commit === commit)
  if (source === undefined || 'error' in source.outcome) return null
  return { commit, ...(await depthOf(parts.repository, commit, signal)) }
}
