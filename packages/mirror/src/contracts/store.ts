import type { Layer } from './config.js'

export type LayerStatus = 'never' | 'pending' | 'running' | 'ok' | 'stale' | 'failed' | 'diverged' | 'blocked' | 'off'

export interface Job {
  readonly mirror: string
  readonly layer: Layer
  readonly wantedSeq: number
  readonly doneSeq: number
  readonly state: 'pending' | 'running' | 'blocked' | 'idle'
  readonly attempts: number
  readonly nextAttemptAtMs: number
  readonly lastErrorCode: string | null
  readonly reason: string
}

/** One layer of one target; success and attempt apart. Spec repository-mirror 4.1. */
export interface LayerRecord {
  readonly mirror: string
  readonly layer: Layer
  readonly status: LayerStatus
  readonly lastSuccessAtMs: number | null
  readonly lastAttemptAtMs: number | null
  readonly commit: string | null
  readonly synced: number | null
  readonly total: number | null
  readonly lagCommits: number | null
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string | null } | null
  /** Names only: to add, to change, to remove. */
  readonly drift: {
    readonly add: readonly string[]
    readonly change: readonly string[]
    readonly remove: readonly string[]
  }
}

export interface OwnedName {
  readonly mirror: string
  readonly kind: 'secret' | 'variable'
  readonly name: string
  /** Hex, HMAC-SHA-256 over `name ‖ 0x00 ‖ value` with the key beside the database. */
  readonly mac: string
  readonly remoteUpdatedAtMs: number
  readonly origin: 'created' | 'adopted'
}

export interface AuditEntry {
  readonly id: number
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly reason: string
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  /** JSON: steps and post-conditions with their outcomes. */
  readonly detail: string
}
