import { z } from 'zod'
import type { HeldPush, Tips } from '../contracts/push.js'
import { isInternal, selectRefs } from '../decide/refs.js'
import { gitText, type SourceCall, tryGit } from '../push/git.js'
import { localTips } from '../push/source.js'
import type { MirrorStore } from '../store/mirror-store.js'
import type { MirrorParts, Reached } from './parts.js'

const HELD = 'held-push:'
const APPROVED = 'approved-tips:'
const PATHS_MAX = 50
/** Newest last; a tip that was pushed is of no use any more. */
const APPROVED_MAX = 100
const WATCHED = ['.github/workflows', '.github/montana']
const heldSchema = z.object({
  refs: z.array(z.object({ ref: z.string(), tip: z.string() })),
  paths: z.array(z.string()),
})

/** What waits for an approval now, as the last try found it; null: nothing does. */
export function heldPush(store: MirrorStore, mirror: string): HeldPush | null {
  const text = store.notes.get(HELD + mirror)
  return text === undefined ? null : heldSchema.parse(JSON.parse(text))
}

/** Contacts nobody. Keeps what it found, so that a page can show it and a person can approve it. */
export async function findHeldPush(
  { source: folder, store }: MirrorParts,
  { target }: Reached,
  signal: AbortSignal,
): Promise<HeldPush | null> {
  if (target.type === 'git' || target.workflowPaths !== 'approve') return keep(store, target.name, null)
  const call = { folder, signal }
  const pushed = store.refs.pushedTips(target.name)
  const approved = new Set(approvedTips(store, target.name))
  const changes: { ref: string; tip: string; paths: readonly string[] }[] = []
  for (const [ref, tip] of selectRefs(await localTips(call), target.refs)) {
    if (isInternal(ref) || approved.has(tip) || pushed.get(ref) === tip) continue
    changes.push({ ref, tip, paths: await changedPaths(call, tip, pushed.get(ref), pushed) })
  }
  return keep(store, target.name, heldOf(changes.filter(({ paths }) => paths.length > 0)))
}

function heldOf(changes: readonly { ref: string; tip: string; paths: readonly string[] }[]): HeldPush | null {
  if (changes.length === 0) return null
  const paths = [...new Set(changes.flatMap((change) => change.paths))].sort().slice(0, PATHS_MAX)
  return { refs: changes.map(({ ref, tip }) => ({ ref, tip })), paths }
}

/** A branch against what was pushed of it; a new one against everything that the target has, since that runs already. */
async function changedPaths(
  call: SourceCall,
  tip: string,
  before: string | undefined,
  pushed: Tips,
): Promise<readonly string[]> {
  const bases = before === undefined ? [...new Set(pushed.values())] : [before]
  let fewest: readonly string[] | null = null
  for (const base of bases) {
    const found = await tryGit(call, ['diff', '--name-only', '--no-renames', '-z', base, tip, '--', ...WATCHED])
    if (found === null) continue
    const paths = found.split('\0').filter(Boolean)
    if (paths.length === 0) return []
    fewest ??= paths
  }
  return fewest ?? (await allPaths(call, tip))
}

async function allPaths(call: SourceCall, tip: string): Promise<readonly string[]> {
  const text = await gitText(call, ['ls-tree', '-r', '--name-only', '-z', `${tip}^{tree}`, '--', ...WATCHED])
  return text.split('\0').filter(Boolean)
}

function keep(store: MirrorStore, mirror: string, held: HeldPush | null): HeldPush | null {
  if (held !== null) store.notes.set(HELD + mirror, JSON.stringify(held))
  else if (store.notes.get(HELD + mirror) !== undefined) store.notes.delete(HELD + mirror)
  return held
}

function approvedTips(store: MirrorStore, mirror: string): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(store.notes.get(APPROVED + mirror) ?? '[]'))
}

/** Part of a transaction of the caller's. */
export function addApproved(store: MirrorStore, mirror: string, tip: string): void {
  const all = [...approvedTips(store, mirror).filter((known) => known !== tip), tip]
  store.notes.set(APPROVED + mirror, JSON.stringify(all.slice(-APPROVED_MAX)))
}
