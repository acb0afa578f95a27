import { randomUUID } from 'node:crypto'
import { gitText, type TargetCall } from '../../push/git.js'
import { deleteOnce, pushOnce } from '../../push/target.js'

export type ProbeOutcome =
  | { readonly accepted: true; readonly isDeleted: boolean }
  | { readonly accepted: false; readonly reason: string }

/** Where the fence's record goes, and where it goes on a server that refuses that. Spec repository-mirror 9.1. */
export const PROBE_NAMESPACES = ['refs/montana/', 'refs/heads/montana/'] as const

const PROBER = {
  GIT_AUTHOR_NAME: 'montana',
  GIT_AUTHOR_EMAIL: 'montana@localhost',
  GIT_COMMITTER_NAME: 'montana',
  GIT_COMMITTER_EMAIL: 'montana@localhost',
}

/** Creates a ref with an empty commit and deletes it again. Throws MirrorError when the target refuses more than the ref. */
export async function probeNamespace(call: TargetCall, namespace: string): Promise<ProbeOutcome> {
  const tree = (await gitText({ ...call, input: '' }, ['mktree'])).trim()
  const commit = { ...call, environment: PROBER, input: 'probe: does this server take a ref here?' }
  const tip = (await gitText(commit, ['commit-tree', tree])).trim()
  const ref = `${namespace}probe-${randomUUID().slice(0, 8)}`
  const { refs, words } = await pushOnce(call, [{ ref, kind: 'create', tip, lease: '', rescueRef: null }])
  const reason = refs.find((pushed) => pushed.ref === ref)?.reason ?? null
  if (reason !== null) return { accepted: false, reason: `${reason} ${words}`.trim() }
  const deleted = await deleteOnce(call, ref, tip)
  return { accepted: true, isDeleted: deleted.refs.every((pushed) => pushed.reason === null) }
}
