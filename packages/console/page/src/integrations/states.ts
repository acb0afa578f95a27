import type { Tone } from '../data/state.js'
import type { LayerView, MirrorsPage, MirrorView } from './types.js'
import { LAYERS } from './types.js'
import { type Progress, progressOf, statusTone, statusWords } from './words.js'

/** One word for a mirror as a whole: spec repository-mirror 14.3. */
export interface MirrorState {
  readonly name: string
  readonly tone: Tone
  readonly words: string
}

/** A credential that was refused, or may too little: only a person ends it. */
const CREDENTIAL = new Set([
  'TARGET_AUTH',
  'TARGET_FORBIDDEN',
  'WORKFLOW_SCOPE',
  'HOST_KEY_CHANGED',
  'HOST_KEY_UNKNOWN',
])
const APPROVAL = 'APPROVAL_NEEDED'

type Layered = Pick<LayerView, 'status' | 'error'>

export function layerTone({ status, error }: Layered): Tone {
  return error?.code === APPROVAL ? 'warn' : statusTone(status)
}

/** What stopped it goes before that it stands still. */
export function layerWords({ status, error }: Layered): string {
  if (status !== 'failed' && status !== 'blocked') return statusWords(status)
  if (error?.code === APPROVAL) return 'waiting for approval'
  return CREDENTIAL.has(error?.code ?? '') ? 'credential refused' : statusWords(status)
}

/** What is queued while a reset has paused the mirrors stands still, so nothing of it goes on. */
export function goingOn(mirror: MirrorView, page: MirrorsPage): Progress | null {
  const progress = progressOf(mirror, page.jobs)
  const isSync = progress !== null && !Object.hasOwn(VERBS, progress.verb)
  return isSync && isPaused(mirror, page) ? null : progress
}

function isPaused({ actions }: MirrorView, { paused }: MirrorsPage): boolean {
  return paused || actions.resume.enabled
}

/** First match. What runs goes before what was found last, and what only a person ends before what ends by itself. */
export function stateOf(mirror: MirrorView, page: MirrorsPage): MirrorState {
  const progress = goingOn(mirror, page)
  if (!page.enabled || !mirror.enabled) return state('off', 'none', 'off')
  if (progress !== null) return moving(progress, mirror)
  if (isPaused(mirror, page)) return acting(mirror, page) ?? state('paused', 'warn', 'paused by a reset')
  return acting(mirror, page) ?? troubled(mirror) ?? standing(mirror, page) ?? known(mirror)
}

const VERBS: Readonly<Record<string, readonly [string, string]>> = {
  Promoting: ['promoting', 'promoting'],
  'Handing back': ['handing-back', 'handing back'],
  Removing: ['running', 'removing'],
}

function moving({ verb }: Progress, mirror: MirrorView): MirrorState {
  const [name, words] = VERBS[verb] ?? (isNew(mirror) ? ['first-sync', 'first sync'] : ['running', 'syncing'])
  return state(name, 'none', words)
}

/** Something of it never was in step. */
export function isNew({ layers }: MirrorView): boolean {
  return LAYERS.some((layer) => layers[layer].status !== 'off' && layers[layer].lastSuccessMs === null)
}

function isUntouched({ layers }: MirrorView): boolean {
  return LAYERS.every((layer) => layers[layer].lastSuccessMs === null)
}

function acting({ id, role, actions }: MirrorView, { fence }: MirrorsPage): MirrorState | null {
  if (fence.state === 'promoting' && fence.where === id) return state('promoting', 'warn', 'promoting')
  const isActing = role === 'TEMPORARY_MASTER'
  // Stopped already, and a replica by its role: what is left of the hand-back is still to come.
  if (fence.state === 'draining' && (isActing || actions.demote.enabled)) {
    return state('handing-back', 'warn', 'handing back')
  }
  if (!isActing) return null
  if (fence.state === 'handback-ready') return state('temporary-primary', 'warn', 'acts, ready to hand back')
  return state('temporary-primary', 'warn', 'acts for the primary')
}

/** A layer that waits behind a fence that cannot be asked does not know why; the look at the target does. */
function troubled({ layers, approval, findings }: MirrorView): MirrorState | null {
  const all = LAYERS.map((layer) => layers[layer])
  const codes = all.flatMap(({ status, error }) => (error === null || status === 'off' ? [] : [error.code]))
  if (layers.code.status === 'diverged') return state('diverged', 'bad', 'diverged')
  if (approval !== null || codes.includes(APPROVAL)) return state('approval', 'warn', 'waiting for approval')
  const found = findings.map(({ code }) => code)
  if ([...codes, ...found].some((code) => CREDENTIAL.has(code)))
    return state('credential', 'bad', 'blocked on its credential')
  if (all.some(({ status }) => status === 'failed')) return state('failed', 'bad', 'failed')
  return all.some(({ status }) => status === 'blocked') ? state('blocked', 'bad', 'blocked') : null
}

function standing(mirror: MirrorView, page: MirrorsPage): MirrorState | null {
  const { self, fence } = page
  if (self.role === 'MASTER' && !self.acts && fence.epoch !== null) return state('fenced', 'warn', 'fenced')
  if (isUntouched(mirror)) return state('never', 'none', 'not synced yet')
  return isBehind(mirror) ? state('out-of-step', 'warn', 'out of step') : null
}

function isBehind({ layers }: MirrorView): boolean {
  const waits = LAYERS.some((layer) => ['stale', 'pending', 'never'].includes(layers[layer].status))
  const drifts = [layers.secrets, layers.variables].some(({ drift }) =>
    Object.values(drift).some((names) => names.length > 0),
  )
  return waits || drifts || (layers.code.lagCommits ?? 0) > 0
}

function known({ health }: MirrorView): MirrorState {
  if (health === 'unknown') return state('unknown', 'none', 'in step when synced last')
  if (health === 'failed') return state('unreachable', 'bad', 'in step, not reachable now')
  return health === 'degraded'
    ? state('degraded', 'warn', 'in step, with findings')
    : state('in-step', 'good', 'in step')
}

function state(name: string, tone: Tone, words: string): MirrorState {
  return { name, tone, words }
}
