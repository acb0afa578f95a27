/** What a target is: the numeric id counts, names are compared nowhere. Spec repository-mirror 6. */
export interface TargetIdentity {
  /** `github:<numeric id>` or `git:<url>`. */
  readonly id: string
  readonly canonicalName: string
  readonly defaultBranch: string | null
  readonly archived: boolean
}

export interface PermissionCheck {
  readonly name: string
  readonly needed: string
  readonly granted: boolean | 'unknown'
  readonly remedy: string | null
}

/** For one child process. Neither holds a credential in the URL or in an argument. Spec repository-mirror 6.1. */
export interface GitAccess {
  readonly url: string
  readonly environment: Readonly<Record<string, string>>
  /** Further `-c key=value`, free of secrets. */
  readonly settings: readonly string[]
  /** What a redactor must know. */
  readonly secrets: readonly string[]
}

export interface NamedSecret {
  readonly name: string
  readonly updatedAtMs: number
}

export interface SecretStore {
  list(signal: AbortSignal): Promise<readonly NamedSecret[]>
  put(name: string, value: string, signal: AbortSignal): Promise<'created' | 'updated'>
  delete(name: string, signal: AbortSignal): Promise<void>
}

export interface NamedVariable {
  readonly name: string
  readonly value: string
  readonly updatedAtMs: number
}

export interface VariableStore {
  list(signal: AbortSignal): Promise<readonly NamedVariable[]>
  /** Null when there is none of this name. */
  get(name: string, signal: AbortSignal): Promise<string | null>
  put(name: string, value: string, signal: AbortSignal): Promise<'created' | 'updated'>
  delete(name: string, signal: AbortSignal): Promise<void>
}

export type WorkflowState = 'active' | 'deleted' | 'disabled_fork' | 'disabled_inactivity' | 'disabled_manually'

export interface Workflow {
  readonly id: number
  /** File name without folder, such as `cron.yml`. */
  readonly file: string
  readonly state: WorkflowState
}

export interface WorkflowRun {
  readonly id: number
  readonly status: string
  /** Null while it runs. */
  readonly conclusion: string | null
}

export interface WorkflowControl {
  list(signal: AbortSignal): Promise<readonly Workflow[]>
  /** Enables or disables and reads back; a file that was just pushed is waited for up to 60 s. */
  set(file: string, active: boolean, signal: AbortSignal): Promise<void>
  /** Enables what is active, too, which counts as activity of the repository, and reads back. Throws READBACK_MISMATCH. */
  enable(file: string, signal: AbortSignal): Promise<void>
  /** Id of the run that this call started. */
  dispatch(file: string, ref: string, inputs: Readonly<Record<string, string>>, signal: AbortSignal): Promise<number>
  run(id: number, signal: AbortSignal): Promise<WorkflowRun>
  /** Runs of a workflow that have not concluded. */
  inProgress(file: string, signal: AbortSignal): Promise<readonly WorkflowRun[]>
  cancel(id: number, signal: AbortSignal): Promise<void>
  actionsEnabled(signal: AbortSignal): Promise<boolean>
  setActions(enabled: boolean, signal: AbortSignal): Promise<void>
}

/** Contents without a clone. */
export interface Contents {
  /** UTF-8 text, at most 1 MiB; null when there is no such file. */
  file(path: string, ref: string | null, signal: AbortSignal): Promise<string | null>
  /** Full commit id; null when there is no such ref. */
  tip(ref: string, signal: AbortSignal): Promise<string | null>
}

/** So that whoever takes over need not believe its own clock alone. */
export interface ProviderClock {
  /** Milliseconds since the epoch, in whole seconds, rounded down; null when the provider does not tell. */
  nowMs(signal: AbortSignal): Promise<number | null>
}

export interface Provider {
  readonly type: 'github' | 'git'
  describe(signal: AbortSignal): Promise<TargetIdentity>
  test(signal: AbortSignal): AsyncIterable<PermissionCheck>
  gitAccess(signal: AbortSignal): Promise<GitAccess>
  /** Milliseconds since the epoch at which the credential ends, where the provider tells. */
  credentialExpiry?(): number | null
  readonly secrets?: SecretStore
  readonly variables?: VariableStore
  readonly workflows?: WorkflowControl
  readonly contents?: Contents
  readonly clock?: ProviderClock
}
