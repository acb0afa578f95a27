import type { Layer, Role } from '../contracts/config.js'
import type { LayerRecord, LayerStatus } from '../contracts/store.js'

export type Health = 'ok' | 'degraded' | 'failed' | 'unknown'

export interface MirrorView {
  /** `id` in the file. */
  readonly name: string
  readonly type: 'github' | 'git'
  /** `owner/name` of a github target, URL without credentials of an archive; null for one on a local path. */
  readonly target: string | null
  readonly role: Role | null
  /** Those that are kept in step; the others are shown as `off`. */
  readonly layers: readonly Layer[]
  readonly records: readonly LayerRecord[]
  readonly healthCheckedAtMs: number | null
  readonly health: Health
}

export interface StateView {
  readonly selfRole: Role | null
  readonly epoch: number | null
  readonly mirrors: readonly MirrorView[]
}

/** One layer of one target in the file. Spec repository-mirror 4.2. */
export interface SyncState {
  readonly last_sync_iso: string | null
  readonly status: LayerStatus
  readonly last_commit?: string | null
  readonly synced_count?: number | null
  readonly total_count?: number | null
  readonly last_attempt_iso: string | null
  readonly lag_commits?: number | null
  readonly last_error: { readonly code: string; readonly message: string } | null
}

export interface MirrorState {
  readonly id: string
  readonly type: 'github' | 'git'
  readonly repo: string | null
  readonly role: Role | null
  readonly sync: Readonly<Record<Layer, SyncState>>
  readonly last_health_check_iso: string | null
  readonly health: Health
}

/** `mirrors` of `state/current.json`: the fields of the seed with their names, and more. */
export interface MirrorsState {
  readonly schema: 2
  readonly self_role: Role | null
  readonly epoch: number | null
  readonly slaves: readonly MirrorState[]
}

/** Messages are one line in a file that is committed. */
const MESSAGE_CHARACTERS_MAX = 300

/** Spec repository-mirror 4.2. Messages in the records are sanitised already. */
export function renderMirrors({ selfRole, epoch, mirrors }: StateView): MirrorsState {
  return { schema: 2, self_role: selfRole, epoch, slaves: mirrors.map(renderMirror) }
}

/** RFC 3339 without fractions, the form of the seed's own fields. */
export function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

function renderMirror(view: MirrorView): MirrorState {
  const sync = Object.fromEntries(ORDER_IN_FILE.map((layer) => [layer, renderLayer(view, layer)]))
  return {
    id: view.name,
    type: view.type,
    repo: view.target,
    role: view.role,
    sync: sync as Record<Layer, SyncState>,
    last_health_check_iso: timeOf(view.healthCheckedAtMs),
    health: view.health,
  }
}

/** The seed's order, with the layer that it did not have behind it. */
const ORDER_IN_FILE: readonly Layer[] = ['code', 'secrets', 'variables', 'workflows']

function renderLayer({ layers, records }: MirrorView, layer: Layer): SyncState {
  const record = records.find((candidate) => candidate.layer === layer)
  const times = { sync: timeOf(record?.lastSuccessAtMs), attempt: timeOf(record?.lastAttemptAtMs) }
  const status = layers.includes(layer) ? (record?.status ?? 'never') : 'off'
  const isCode = layer === 'code'
  return {
    last_sync_iso: times.sync,
    status,
    ...(isCode && { last_commit: record?.commit ?? null }),
    ...(isCounted(layer) && { synced_count: record?.synced ?? null, total_count: record?.total ?? null }),
    last_attempt_iso: times.attempt,
    ...(isCode && { lag_commits: record?.lagCommits ?? null }),
    last_error: status === 'off' ? null : errorOf(record),
  }
}

function isCounted(layer: Layer): boolean {
  return layer === 'secrets' || layer === 'variables'
}

function errorOf(record: LayerRecord | undefined): SyncState['last_error'] {
  if (!record?.error) return null
  const { code, message } = record.error
  return { code, message: message.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_CHARACTERS_MAX) }
}

function timeOf(atMs: number | null | undefined): string | null {
  return atMs === null || atMs === undefined ? null : isoSeconds(atMs)
}
