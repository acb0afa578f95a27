import type { PushInput, PushPlan, RefUpdate } from '../contracts/push.js'
import { isInternal, RESCUE_BRANCHES, RESCUE_TAGS } from './refs.js'

/** Characters of an object id in the name of a rescue ref: long enough to be found by, short enough to be read. */
const SHORT_ID = 12

interface Move {
  readonly kind: RefUpdate['kind']
  readonly needsRescue: boolean
}

/**
 * What one sync does to a target. No commit that the target has, from somebody else or from us, becomes unreachable by any
 * part of it, as long as no branch moves before its rescue ref has landed. Spec repository-mirror 1 (2), 7.2, 7.3.
 */
export function planPush(input: PushInput): PushPlan {
  const updates: RefUpdate[] = []
  const equal: string[] = []
  const diverged: { ref: string; local: string; remote: string }[] = []
  const nameRescue = rescueNames(input)
  for (const [ref, local] of sorted(input.local)) {
    const remote = input.remote.get(ref) ?? ''
    const found = caseOf(input, ref, local, remote)
    if (found === 'equal') equal.push(ref)
    else if (found === 'diverged') diverged.push({ ref, local, remote })
    else updates.push(updateOf(ref, local, remote, found, nameRescue))
  }
  return { updates, equal, diverged, extra: extraOf(input) }
}

/** Table 7.2, first match. */
function caseOf(input: PushInput, ref: string, local: string, remote: string): Move | 'equal' | 'diverged' {
  if (remote === '') return { kind: 'create', needsRescue: false }
  if (remote === local) return 'equal'
  if (input.fastForward.has(ref)) return { kind: 'fast-forward', needsRescue: false }
  if (remote === input.pushed.get(ref)) return { kind: 'overwrite', needsRescue: !input.contained.has(ref) }
  const isKept = input.onDiverge === 'rescue' || input.keep?.get(ref) === remote
  return isKept ? { kind: 'rescue', needsRescue: true } : 'diverged'
}

function updateOf(
  ref: string,
  tip: string,
  lease: string,
  move: Move,
  nameRescue: (ref: string, tip: string) => string,
): RefUpdate {
  return { ref, kind: move.kind, tip, lease, rescueRef: move.needsRescue ? nameRescue(ref, lease) : null }
}

/** `<stamp>-<short id>`, with a number where that name is taken: one push may not write a ref twice. */
function rescueNames({ remote, stamp }: PushInput): (ref: string, tip: string) => string {
  const taken = new Set(remote.keys())
  return (ref, tip) => {
    const base = `${ref.startsWith('refs/heads/') ? RESCUE_BRANCHES : RESCUE_TAGS}${stamp}-${tip.slice(0, SHORT_ID)}`
    let name = base
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`
    taken.add(name)
    return name
  }
}

function extraOf({ local, remote }: PushInput): string[] {
  return sorted(remote)
    .map(([ref]) => ref)
    .filter((ref) => !local.has(ref))
}

function sorted(tips: ReadonlyMap<string, string>): [string, string][] {
  return [...tips].filter(([ref]) => !isInternal(ref)).sort(([a], [b]) => (a < b ? -1 : 1))
}
