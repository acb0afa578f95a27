import { type ErrorJson, errorCode, errorMessage, isAbort, MontanaError } from '@montana/foundation'

export interface Step<Name extends string> {
  readonly name: Name
  run(signal: AbortSignal): Promise<void>
}

export interface StepResult<Name extends string> {
  readonly name: Name
  readonly outcome: 'done' | 'failed' | 'blocked'
  readonly error: ErrorJson['error'] | null
  /** The failed step that keeps this one from running. */
  readonly blockedBy: Name | null
  /** What a failed step threw, for callers that branch on it. */
  readonly cause: unknown
}

/** One after the other; after the first failure the others are `blocked`. An abort is no failure: it is thrown. */
export async function runSteps<Name extends string>(
  steps: readonly Step<Name>[],
  signal: AbortSignal,
): Promise<readonly StepResult<Name>[]> {
  const results: StepResult<Name>[] = []
  let blockedBy: Name | null = null
  for (const step of steps) {
    const result: StepResult<Name> = blockedBy === null ? await runStep(step, signal) : blocked(step.name, blockedBy)
    if (result.outcome === 'failed') blockedBy = step.name
    results.push(result)
  }
  return results
}

async function runStep<Name extends string>(step: Step<Name>, signal: AbortSignal): Promise<StepResult<Name>> {
  try {
    await step.run(signal)
    return { name: step.name, outcome: 'done', error: null, blockedBy: null, cause: null }
  } catch (cause) {
    if (isAbort(cause)) throw cause
    return { name: step.name, outcome: 'failed', error: wordsOf(cause), blockedBy: null, cause }
  }
}

function blocked<Name extends string>(name: Name, by: Name): StepResult<Name> {
  return { name, outcome: 'blocked', error: null, blockedBy: by, cause: null }
}

function wordsOf(cause: unknown): ErrorJson['error'] {
  return cause instanceof MontanaError ? cause.toJSON().error : { code: errorCode(cause), message: errorMessage(cause) }
}
