import { duration } from '../data/format.js'
import type { Tone } from '../data/state.js'
import type { Drift, Health, JobView, LayerStatus, MirrorsPage, MirrorView, WorkflowsView } from './types.js'
import { LAYERS } from './types.js'

const STATUS: Readonly<Record<LayerStatus, readonly [Tone, string]>> = {
  never: ['none', 'not synced yet'],
  pending: ['none', 'waiting'],
  running: ['none', 'syncing'],
  ok: ['good', 'in step'],
  stale: ['warn', 'out of step'],
  failed: ['bad', 'failed'],
  diverged: ['bad', 'diverged'],
  blocked: ['bad', 'blocked'],
  off: ['none', 'not copied'],
}

export function statusTone(status: LayerStatus): Tone {
  return STATUS[status][0]
}

export function statusWords(status: LayerStatus): string {
  return STATUS[status][1]
}

const HEALTH: Readonly<Record<Health, readonly [Tone, string]>> = {
  ok: ['good', 'healthy'],
  degraded: ['warn', 'degraded'],
  failed: ['bad', 'failed'],
  unknown: ['none', 'not known yet'],
}

export function healthTone(health: Health): Tone {
  return HEALTH[health][0]
}

export function healthWords(health: Health): string {
  return HEALTH[health][1]
}

const JUST_NOW_MS = 10_000

/** 2 min ago. */
export function ago(atMs: number, nowMs: number): string {
  const ageMs = nowMs - atMs
  return ageMs < JUST_NOW_MS ? 'just now' : `${duration(ageMs)} ago`
}

/** in 12 min. */
export function ahead(atMs: number, nowMs: number): string {
  const leftMs = atMs - nowMs
  return leftMs < JUST_NOW_MS ? 'now' : `in ${duration(leftMs)}`
}

/** 3 to add, 1 to change: names only are known. Empty where nothing drifts. */
export function driftWords({ add, change, remove }: Drift): string {
  const parts = [
    [add.length, 'add'],
    [change.length, 'change'],
    [remove.length, 'remove'],
  ] as const
  return parts.flatMap(([count, verb]) => (count === 0 ? [] : [`${count} to ${verb}`])).join(', ')
}

/** The provider's number of whoever holds the epoch says nothing to a reader; its name does, where it is known. */
export function named(text: string, { holder, holderName }: MirrorsPage['fence']): string {
  return holder === null ? text : text.replaceAll(holder, holderName ?? 'another repository')
}

export interface WorkflowRow {
  readonly file: string
  readonly expected: string
  readonly actual: string
  readonly isMet: boolean
}

/** A workflow that should not run may be absent or disabled in any way. */
export function workflowRows({ expected, actual }: WorkflowsView): WorkflowRow[] {
  return Object.entries(expected).map(([file, wanted]) => {
    const found = actual[file] ?? 'absent'
    const isMet = (found === 'active') === (wanted === 'active')
    return { file, expected: wanted, actual: found.replaceAll('_', ' '), isMet }
  })
}

export interface Progress {
  readonly verb: string
  readonly done: number
  readonly total: number
  readonly now: string | null
}

const VERBS = {
  sync: 'Syncing',
  promote: 'Promoting',
  demote: 'Handing back',
  remove: 'Removing',
  add: 'Adding',
} as const

type JobLayer = JobView['layers'][number]

/** What failed and waits for its next try stands still: a person may ask for it before. */
function isMoving({ state, lastErrorCode }: JobLayer): boolean {
  return state === 'running' || (state === 'pending' && lastErrorCode === null)
}

export function isActive({ kind, layers }: JobView): boolean {
  return kind !== 'sync' || layers.some(isMoving)
}

/** What goes on with a mirror, by the jobs that are open and, of work that nobody asked for here, by its layers. */
export function progressOf(mirror: MirrorView, jobs: readonly JobView[]): Progress | null {
  const role = jobs.find((job) => job.mirror === mirror.id)
  if (role) return { verb: VERBS[role.kind], done: role.steps.length, total: 0, now: role.steps.at(-1)?.step ?? null }
  return syncJob(mirror, jobs) ?? syncSeen(mirror)
}

function syncJob({ id, layers }: MirrorView, jobs: readonly JobView[]): Progress | null {
  const own = jobs.flatMap((job) => (job.kind === 'sync' ? job.layers : [])).filter(({ mirror }) => mirror === id)
  if (!own.some(isMoving)) return null
  const names = [...new Set(own.map(({ layer }) => layer))]
  const isOpen = (name: string) => own.some(({ layer, state }) => layer === name && state !== 'done')
  const done = names.filter((name) => !isOpen(name)).length
  const now = LAYERS.find((name) => layers[name].status === 'running') ?? null
  return { verb: now === null && done === 0 ? 'Waiting to sync' : VERBS.sync, done, total: names.length, now }
}

function syncSeen({ layers }: MirrorView): Progress | null {
  const now = LAYERS.find((name) => layers[name].status === 'running')
  if (now === undefined) return null
  const kept = LAYERS.filter((name) => layers[name].status !== 'off')
  const done = kept.filter((name) => !['running', 'pending'].includes(layers[name].status)).length
  return { verb: VERBS.sync, done, total: kept.length, now }
}

const SOURCES = { none: 'none', token: 'token', app: 'GitHub App', ssh: 'ssh key' } as const
/** Spec repository-mirror 6.2. */
const EXPIRY_WARNING_MS = 14 * 24 * 3_600_000

export function credentialWords({ kind, expiresMs }: MirrorView['credential'], nowMs: number): string {
  if (expiresMs === null) return SOURCES[kind]
  return expiresMs <= nowMs ? `${SOURCES[kind]}, has expired` : `${SOURCES[kind]}, ends ${ahead(expiresMs, nowMs)}`
}

export function credentialTone({ expiresMs }: MirrorView['credential'], nowMs: number): Tone {
  if (expiresMs === null) return 'none'
  if (expiresMs <= nowMs) return 'bad'
  return expiresMs - nowMs < EXPIRY_WARNING_MS ? 'warn' : 'good'
}
