import type { Run, RunConclusion } from '../state/runs.js'

export interface StepOutcome {
  /** Its command, or the action that it uses. */
  readonly what: string
  readonly conclusion: 'success' | 'failure' | 'skipped' | 'cancelled'
  /** Of a command; null for actions and for what a signal has ended. */
  readonly exitCode: number | null
  /** What it wrote, secrets masked; why, when the runner itself refused it. */
  readonly output: string
}

export interface JobOutcome {
  readonly id: string
  readonly conclusion: 'success' | 'failure' | 'skipped' | 'cancelled'
  readonly steps: readonly StepOutcome[]
}

export interface RunOutcome {
  /** As it stands in the API afterwards. */
  readonly run: Run
  /** File name without folder. */
  readonly file: string
  readonly conclusion: RunConclusion
  readonly jobs: readonly JobOutcome[]
  /** Why the file is no workflow; nothing was run then. */
  readonly errors: readonly string[]
}
