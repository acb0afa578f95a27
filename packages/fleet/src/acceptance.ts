/** What was accepted last; survives restarts. */
export interface Highest {
  readonly version: number
  /** Digest of the document of that version, lower hex. */
  readonly sha256: string
}

export type Acceptance = 'accept' | 'same' | 'rollback' | 'equivocation'

/** Step 4 of spec operations 11.2. */
export function decideAcceptance(highest: Highest | null, candidate: Highest): Acceptance {
  if (!highest || candidate.version > highest.version) return 'accept'
  if (candidate.version < highest.version) return 'rollback'
  return candidate.sha256 === highest.sha256 ? 'same' : 'equivocation'
}

/** After a crash between the new document and its mark, the document in force is the higher of the two. */
export function higherOf(a: Highest | null, b: Highest | null): Highest | null {
  if (!a || !b) return a ?? b
  return b.version > a.version ? b : a
}
