import type { Role } from './config.js'

/** Spec repository-mirror 9.1. */
export type FenceState = 'active' | 'promoting' | 'handback-ready' | 'draining' | 'released'

/** `epoch.json` in the tree of the commit at `refs/montana/epoch`; its parent is the record before. */
export interface FenceRecord {
  readonly schema: 1
  readonly epoch: number
  readonly state: FenceState
  /** `github:<numeric repository id>`. */
  readonly holder: string
  readonly role: Role
  readonly autoPromote: boolean
  readonly permitMinutes: number
  readonly renewal: number
  /** RFC 3339, of the holder's clock: shown, never compared with another clock. */
  readonly renewedAt: string
  /** RFC 3339 or null. */
  readonly holdUntil: string | null
  readonly return: 'auto' | 'manual'
  /** By ref: tips of the holder at the time of writing. */
  readonly tips: Readonly<Record<string, string>>
  /** By name: values that the primary had. */
  readonly gates: Readonly<Record<string, string>>
  readonly actor: string
  readonly reason: string
  readonly nonce: string
  /** True while a reset isolates the mirrors: spec 3.1 MIRROR_RESET_MODE. */
  readonly paused: boolean
}

/** A record with the commit that holds it: what a swap names as the old value. */
export interface FenceEntry {
  readonly commit: string
  readonly record: FenceRecord
}

/** The one place whose epoch decides who may act. Every call throws MirrorError when the fence cannot be asked. */
export interface Fence {
  /** Null when the fence has no record. */
  read(signal: AbortSignal): Promise<FenceEntry | null>
  /** The record before one that was read; null where the trail begins. */
  before(entry: FenceEntry, signal: AbortSignal): Promise<FenceEntry | null>
  /** Writes `next` as child of `old` (null: must not exist). Null when somebody else was first. */
  swap(old: FenceEntry | null, next: FenceRecord, signal: AbortSignal): Promise<FenceEntry | null>
  /** `refs/montana/return`: the returned primary shows that it lives. Spec 11.3. */
  readReturn(signal: AbortSignal): Promise<ReturnNotice | null>
  writeReturn(notice: ReturnNotice, signal: AbortSignal): Promise<void>
}

export interface ReturnNotice {
  readonly head: string
  /** RFC 3339. */
  readonly at: string
  readonly nonce: string
}
