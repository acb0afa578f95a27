/** Another host of the chain as the rules see it. */
export interface Rival {
  readonly host: string
  readonly isAbove: boolean
  /** Shown as alive by any source: itself, a peer, a witness. */
  readonly isAlive: boolean
  readonly isEligible: boolean
  /** Not eligible only because of back-off or lag: D7. */
  readonly isLastResort: boolean
  /** Acting, stopping, or has given a grant to somebody else that has not expired. */
  readonly mayAct: boolean
  readonly isCandidate: boolean
  /** D7: eligible, and has not acted for one full bound. */
  readonly isSkipped: boolean
}

export interface Obstacle {
  readonly rule: 'D5' | 'D6' | 'S4'
  readonly host: string
  /** Nothing that the candidate does wrong: it goes as soon as the other has decided. */
  readonly isWaiting: boolean
}

/**
 * Why a host with standing must not promote itself; null: nothing hinders it. Rivals are told by heartbeats and witnesses
 * alike, for a majority too (S3, second half). Of two candidates at least one sees the other, because each asks only
 * after it has made itself known: the lower one withdraws (S4), and the higher one waits until it has, because the
 * lower may have asked first. `isLastResort`: this host is not eligible itself, only D7 lets it in. Spec 4, 7.2.
 */
export function obstacleOf(rivals: readonly Rival[], isLastResort: boolean): Obstacle | null {
  const living = rivals.filter(({ isAlive }) => isAlive)
  const acting = living.find(({ mayAct }) => mayAct)
  if (acting) return { rule: 'D5', host: acting.host, isWaiting: false }
  const higher = living.find((rival) => stands(rival, isLastResort))
  if (higher) return { rule: 'D6', host: higher.host, isWaiting: false }
  const candidate = living.find(({ isCandidate }) => isCandidate)
  return candidate ? { rule: 'S4', host: candidate.host, isWaiting: !candidate.isAbove } : null
}

/** Goes first: a live eligible host above; in the last resort any eligible one, and above whoever is let in like this. */
function stands(rival: Rival, isLastResort: boolean): boolean {
  if (rival.isSkipped) return false
  if (!isLastResort) return rival.isAbove && rival.isEligible
  return rival.isEligible || (rival.isAbove && rival.isLastResort)
}
