import type { RefUpdate, Tips } from '../contracts/push.js'

/** Where tips of branches that would be lost are kept on a target. Spec repository-mirror 7.3. */
export const RESCUE_BRANCHES = 'refs/heads/rescue/'
/** The same for everything that is no branch: git refuses to let a branch name a tag object. */
export const RESCUE_TAGS = 'refs/tags/rescue/'

/** Never pushed as code and never reported as extra: ours (fence, sentinel, rescue) or the provider's. Spec 7.4, 9.1. */
const INTERNAL = [RESCUE_BRANCHES, RESCUE_TAGS, 'refs/montana/', 'refs/heads/montana/', 'refs/pull/', 'refs/remotes/']

/** Arguments of one push, in bytes: half of the 128 KiB that Linux allows for a single argument, far below the sum's limit. Spec 7.2. */
export const BATCH_BYTES = 64 * 1024

export interface PushArguments {
  /** `--force-with-lease=<ref>:<tip>`, one per ref that moves. */
  readonly leases: readonly string[]
  /** `<object>:<ref>`, in the order of the leases. */
  readonly refspecs: readonly string[]
}

export function isInternal(ref: string): boolean {
  return INTERNAL.some((prefix) => ref.startsWith(prefix))
}

/** Refs that a pattern names and no `^` pattern excludes; `*` stands for any text, slashes included. Spec 3.2 REFS. */
export function selectRefs(tips: Tips, patterns: readonly string[]): Tips {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('^'))
  const excluded = patterns.filter((pattern) => pattern.startsWith('^')).map((pattern) => pattern.slice(1))
  const isSelected = (ref: string) => wanted.some((p) => matches(p, ref)) && !excluded.some((p) => matches(p, ref))
  return new Map([...tips].filter(([ref]) => isSelected(ref)))
}

/** Greedy from the left, the last piece from the right: linear, whatever the pattern. */
function matches(pattern: string, ref: string): boolean {
  const [head = '', ...pieces] = pattern.split('*')
  const tail = pieces.pop()
  if (tail === undefined) return ref === head
  if (!ref.startsWith(head)) return false
  let from = head.length
  for (const piece of pieces) {
    const at = ref.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return ref.length - tail.length >= from && ref.endsWith(tail)
}

/** What `git push` is told for one update: the branch, and the rescue ref that must land with it. Spec 7.3. */
export function pushArguments(update: RefUpdate): PushArguments {
  const { ref, tip, lease, rescueRef } = update
  const rescue = rescueRef === null ? [] : [{ ref: rescueRef, tip: lease, lease: '' }]
  const moves = [...rescue, { ref, tip, lease }]
  return {
    leases: moves.map((move) => `--force-with-lease=${move.ref}:${move.lease}`),
    refspecs: moves.map((move) => `${move.tip}:${move.ref}`),
  }
}

/** In the given order; an update and its rescue ref stay together, because each batch is one atomic push. Spec 7.2. */
export function batches(updates: readonly RefUpdate[], limitBytes: number = BATCH_BYTES): RefUpdate[][] {
  const result: RefUpdate[][] = []
  let room = 0
  for (const update of updates) {
    const size = sizeOf(update)
    const last = result.at(-1)
    if (last && size <= room) last.push(update)
    else result.push([update])
    room = (last && size <= room ? room : limitBytes) - size
  }
  return result
}

/** With the byte that ends each argument. */
function sizeOf(update: RefUpdate): number {
  const { leases, refspecs } = pushArguments(update)
  return [...leases, ...refspecs].reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0)
}
