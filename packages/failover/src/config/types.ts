/** The configuration of one group, checked and with every default filled in. Spec three-mirror 2. */
export interface GroupConfig {
  readonly group: string
  readonly domain: string
  /** Own name as the file gives it; such a file differs from those of the other hosts. Null: found elsewhere. */
  readonly self: string | null
  /** SHA-256 of the file, lower hex: equal on all hosts. */
  readonly digest: string
  /** Path of the signed host registry. */
  readonly registry: string
  readonly hosts: Readonly<Record<string, HostConfig>>
  readonly policies: Readonly<Record<string, PolicyConfig>>
  readonly services: Readonly<Record<string, ServiceConfig>>
  readonly profile: Profile
  readonly maxRecoveryMs: number
  readonly maxSurvivorRecoveryMs: number
  /** Without a sign of life from majority or witnesses for so long there is no standing: 2000. */
  readonly isolateAfterMs: number
  /** From the decision to the dead process: 500. */
  readonly killBudgetMs: number
  readonly startupDelayMs: number
  readonly maxLagMs: number
  readonly coordinator: CoordinatorConfig
  readonly witnesses: readonly WitnessConfig[]
  readonly witnessQuorum: number
  readonly unsafeWitnessQuorum: boolean
  readonly channel: { readonly port: number; readonly keyExchange: 'require' | 'prefer' }
  readonly status: { readonly host: string; readonly port: number }
  /** Where the agent keeps its epoch, history and pauses. */
  readonly stateDir: string
  /** Folder with `identity.bin` of this host; 0700. */
  readonly identityDir: string
}

export interface HostConfig {
  readonly name: string
  readonly address: string
  /** Of the node channel, if not that of the group. */
  readonly port: number
  readonly domainOfFailure: Readonly<Record<string, string>>
}

export interface PolicyConfig {
  readonly name: string
  readonly chain: readonly string[]
  readonly failback: 'auto' | 'manual' | 'never'
  readonly holdDownMs: number
  readonly fenceRef: string | null
}

/** How a service is run; exactly one form. */
export type RunConfig =
  | { readonly unit: string }
  | { readonly command: readonly string[]; readonly cwd?: string }
  | { readonly http: { readonly start: string; readonly stop: string; readonly prepare?: string } }

export type HealthConfig =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** A counter in a JSON answer that may stand still for `maxAgeMs`, by default `progressTimeoutMs` of the service. */
  | { readonly kind: 'http'; readonly url: string; readonly progressField?: string; readonly maxAgeMs?: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unit'; readonly unit: string }

export interface ServiceConfig {
  readonly name: string
  readonly policy: string
  readonly run: RunConfig
  readonly standby: 'warm' | 'cold'
  readonly health: readonly HealthConfig[]
  readonly ready: readonly HealthConfig[]
  readonly healthIntervalMs: number
  readonly healthTimeoutMs: number
  readonly healthFailures: number
  readonly progressTimeoutMs: number
  readonly promoteTimeoutMs: number
  readonly localRestarts: number
  readonly effects: { readonly survivor: 'none' | 'idempotent' | 'all' }
}

/** When a host counts as dead, and how long each step may take. Spec three-mirror 5.2. */
export interface Profile {
  readonly name: 'fast' | 'seed' | 'explicit'
  /** I: start to start of two probes of one host. */
  readonly intervalMs: number
  /** T: a probe without answer after this is a miss. */
  readonly timeoutMs: number
  /** m: consecutive misses. */
  readonly misses: number
  readonly confirmMs: number
  readonly promoteMs: number
  /** The confirmation is a burst that begins after the last miss; otherwise it overlaps, from the first miss on. */
  readonly isBurst: boolean
}

export type CoordinatorConfig =
  | {
      readonly kind: 'chain'
      readonly witnessQuorumFor: 'minority' | 'always'
      readonly withoutWitnesses: 'stop' | 'lead'
    }
  | {
      readonly kind: 'etcd'
      readonly endpoints: readonly string[]
      readonly ttlSeconds: number
      /** etcd runs on the same hosts as the service: its re-election counts into the bound. */
      readonly isShared: boolean
      readonly onCoordinatorLoss: 'stop'
      readonly user?: string
      readonly passwordFile?: string
      readonly caFile?: string
    }

export type WitnessConfig =
  | { readonly name: string; readonly kind: 'http'; readonly url: string }
  | { readonly name: string; readonly kind: 'git'; readonly repository: string; readonly remote: string }

/** Allowed, but weaker than one may think. */
export interface Warning {
  readonly code: string
  /** Setting or variable that it is about; dotted. */
  readonly field: string
  readonly message: string
  readonly remedy: string
}
