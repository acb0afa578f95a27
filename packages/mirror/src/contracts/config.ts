/** As written to files, variables and JSON; people read primary, replica, temporary primary. Spec repository-mirror 2. */
export type Role = 'MASTER' | 'SLAVE' | 'TEMPORARY_MASTER'
export type Layer = 'code' | 'secrets' | 'variables' | 'workflows'

export interface RepositoryName {
  readonly owner: string
  readonly name: string
}

/** Where a secret of ours comes from. `value` is read once, when the configuration is loaded, and is never printed. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly value: string }
  | {
      readonly kind: 'app'
      readonly appId: string
      readonly privateKeyPem: string
      readonly installationId: string | null
    }
  | { readonly kind: 'ssh'; readonly keyPath: string; readonly knownHostsPath: string }

/** Spec repository-mirror 3.2. */
interface TargetCommon {
  readonly slot: number
  /** `id` in state and API. */
  readonly name: string
  readonly enabled: boolean
  /** Without credentials. */
  readonly url: string
  /** User of Basic authentication over http(s). */
  readonly username: string
  readonly credential: Credential
  readonly caFile: string | null
  /** Patterns with `*`; `^` excludes. */
  readonly refs: readonly string[]
  readonly onDiverge: 'refuse' | 'rescue'
  readonly lfs: 'auto' | 'off'
  readonly pushTimeoutMs: { readonly first: number; readonly later: number }
}

export interface GithubTarget extends TargetCommon {
  readonly type: 'github'
  readonly repository: RepositoryName
  readonly apiUrl: string
  readonly syncSecrets: boolean
  readonly syncVariables: boolean
  readonly promotable: boolean
  /** `approve`: a push that changes workflows waits until somebody approves its tip. */
  readonly workflowPaths: 'alert' | 'approve'
  /** By name: values for this target only. */
  readonly secrets: ReadonlyMap<string, string>
  /** What the sentinel of the replica will use; null when not given. */
  readonly sentinelToken: string | null
}

export interface GitTarget extends TargetCommon {
  readonly type: 'git'
}

export type TargetConfig = GithubTarget | GitTarget

/** Spec repository-mirror 3.1; all times in milliseconds. */
export interface MirrorConfig {
  readonly enabled: boolean
  /** Null = inert. */
  readonly role: Role | null
  readonly manifestFile: string
  readonly stateFile: string
  readonly autoPromote: boolean
  /** Slot whose repository holds the fence record; null when no target can. */
  readonly fenceSlot: number | null
  readonly permitMs: number
  readonly skewMs: number
  readonly stalenessMs: number
  readonly sentinel: { readonly intervalMs: number; readonly threshold: number }
  readonly recoveryObservations: number
  readonly onRecovery: 'merge' | 'rescue' | 'manual'
  readonly resetMode: 'isolated' | 'leader'
  readonly primaryRepository: RepositoryName | null
  /** `MASTER_TOKEN`: reads the primary. */
  readonly primaryToken: string | null
  readonly alertWebhook: string | null
  /** Ascending slots. */
  readonly targets: readonly TargetConfig[]
}

export interface WorkflowRoles {
  readonly file: string
  readonly primary: boolean
  readonly replica: boolean
  readonly temporary: boolean
}

/** `montana.mirror.json`: names only, never values. Spec repository-mirror 3.3. */
export interface Manifest {
  readonly secrets: readonly { readonly name: string; readonly required: boolean }[]
  readonly variables: readonly { readonly name: string }[]
  readonly gates: readonly { readonly name: string; readonly inert: string; readonly live: string }[]
  readonly notCopied: readonly string[]
  readonly workflows: readonly WorkflowRoles[]
  readonly ledgers: readonly Ledger[]
  readonly check: {
    readonly workflow: string
    readonly inputs: Readonly<Record<string, string>>
    readonly timeoutMs: number
  } | null
}

export interface Ledger {
  readonly path: string
  readonly format: 'ndjson' | 'json-array'
  /** Field that names an entry. */
  readonly id: string
  /** Field that orders entries, if any. */
  readonly at: string | null
}
