/** One change of the host. */
export interface Action {
  /** In the imperative, for the plan: `make user montana`. */
  readonly what: string
  run(signal: AbortSignal): Promise<void>
  /** Takes back what `run` did; absent where nothing is to be taken back. */
  undo?(): Promise<void>
}

/** What a step finds, and what it would change; finding changes nothing. No actions: there is nothing to do. */
export interface Look {
  readonly found: string
  readonly actions: readonly Action[]
}

export type StepName = 'release' | 'users' | 'documents' | 'identity' | 'units'

/** A step of onboarding that changes the host: spec operations 9.4. */
export interface Step {
  readonly name: StepName
  look(signal: AbortSignal): Promise<Look>
}

export interface Done {
  readonly found: string
  readonly did: string
}

/**
 * Looks again and does what is to be done. When an action fails, those before it are taken back, latest first, and the
 * error goes on; the host is then as the step found it.
 */
export async function runStep(step: Step, signal: AbortSignal): Promise<Done> {
  const { found, actions } = await step.look(signal)
  const done: Action[] = []
  try {
    for (const action of actions) {
      signal.throwIfAborted()
      done.push(action)
      await action.run(signal)
    }
  } catch (error) {
    for (const action of done.reverse()) await action.undo?.()
    throw error
  }
  return { found, did: actions.map(({ what }) => what).join(', ') || 'nothing' }
}
