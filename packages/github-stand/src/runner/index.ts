export type { JobOutcome, RunOutcome, StepOutcome } from './outcome.js'
export { createWorkflowRunner, type TriggerOptions, WorkflowRunner, type WorkflowRunnerOptions } from './runner.js'
