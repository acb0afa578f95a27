import type { NodeChild } from './child.js'

/** Longer than a window whose first proposer is away. */
const PAUSE_AFTER_MS = 8_000

/** Notices when no window has been cemented for a while, and says for whom the others wait. */
export class PauseWatch {
  #head = -1
  #sinceMs = 0

  /** Undefined while windows come. */
  update(children: readonly NodeChild[], head: number, nowMs = performance.now()): string | undefined {
    if (head !== this.#head) {
      this.#head = head
      this.#sinceMs = nowMs
    }
    const pausedMs = nowMs - this.#sinceMs
    if (pausedMs < PAUSE_AFTER_MS) return undefined
    const names = missing(children)
    const whom = names.length === 0 ? '' : `: the others wait for ${names.join(', ')}`
    return `no window for ${Math.round(pausedMs / 1000)} s${whom}`
  }
}

/** Members that are not there, those there that may not sign, and those whose confirmation none of the others has. */
function missing(children: readonly NodeChild[]): string[] {
  return children.flatMap((child) => {
    const why = absence(child)
    if (why && child.status?.phase === 'Active') return `${child.label} (${why})`
    return isUnheard(child, children) ? child.label : []
  })
}

/** A node that was just started has heard nobody yet, so one that lists a member says little. */
function isUnheard(child: NodeChild, children: readonly NodeChild[]): boolean {
  const others = children.filter((other) => other !== child && isThere(other) && other.status)
  return others.length > 0 && others.every(({ status }) => status?.vote.waits_for.includes(child.label))
}

function isThere({ isDown, isPaused }: NodeChild): boolean {
  return !isDown && !isPaused
}

function absence(child: NodeChild): string | undefined {
  if (child.isDown) return 'down'
  if (child.isPaused) return 'paused'
  return isSilent(child) ? 'silent' : undefined
}

/** It may have forgotten what it signed, and signs nothing yet. */
export function isSilent({ status }: NodeChild): boolean {
  if (!status) return false
  const { sign_from: from } = status.vote
  return from === null || from > status.window + 1
}
