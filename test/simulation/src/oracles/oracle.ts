/** A broken invariant of spec protocol, appendix E; 0 stands for liveness, reliability goal 2. */
export interface Violation {
  readonly invariant: number
  readonly name: string
  readonly window: number
  readonly detail: string
}

/** One invariant over facts `F`: the problem in words, or undefined. */
export interface Oracle<F> {
  readonly invariant: number
  readonly name: string
  check(facts: F): string | undefined
}

/** The first problem that any of the oracles sees. */
export function firstViolation<F extends { readonly window: number }>(
  oracles: readonly Oracle<F>[],
  facts: F,
): Violation | undefined {
  for (const { invariant, name, check } of oracles) {
    const detail = check(facts)
    if (detail !== undefined) return { invariant, name, window: facts.window, detail }
  }
  return undefined
}

export function describeViolation({ invariant, name, window, detail }: Violation): string {
  return `invariant ${invariant} (${name}) at window ${window}: ${detail}`
}
