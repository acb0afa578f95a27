import { cloneUrl } from '../config/git-url.js'
import { nameText } from '../config/repository-name.js'
import type { Layer, Role, TargetConfig } from '../contracts/config.js'
import { layersOf } from '../queue/layer-order.js'
import { actionsOf } from './actions.js'
import { roleLabel } from './labels.js'
import { layerViews } from './layer-views.js'
import type { TargetFacts, ViewParts } from './parts.js'
import type { TargetHealth, TargetView } from './types.js'

export function targetView(parts: ViewParts, facts: TargetFacts, nowMs: number): TargetView {
  const { target, observation } = facts
  const role = roleOf(facts)
  return {
    id: target.name,
    type: target.type,
    target: shownTarget(target),
    webUrl: target.type === 'github' ? cloneUrl(target.apiUrl, target.repository).replace(/\.git$/, '') : null,
    enabled: target.enabled,
    role,
    label: target.type === 'git' ? 'Archive' : roleLabel(role),
    health: healthOf(facts),
    findings: observation?.report.findings ?? [],
    layers: layerViews(facts, nowMs),
    credential: { kind: target.credential.kind, expiresMs: facts.credentialExpiryMs },
    nextRunMs: nextRunMs(facts),
    rescueRefs: facts.refs.flatMap(({ rescueRefs }) => rescueRefs),
    approval: facts.held ?? null,
    actions: actionsOf(parts, facts),
  }
}

function shownTarget(target: TargetConfig): string | null {
  if (target.type === 'github') return nameText(target.repository)
  if (target.url.startsWith('/')) return null
  const url = new URL(target.url)
  url.username = ''
  url.password = ''
  return url.href
}

/** Roles are read back before any layer, so a layer that succeeded tells that the target was a replica then. Spec 8.2. */
function roleOf({ target, observation, records }: TargetFacts): Role | null {
  if (target.type === 'git') return null
  if (observation?.role) return observation.role
  return records.some(({ lastSuccessAtMs }) => lastSuccessAtMs !== null) ? 'SLAVE' : null
}

/** The last look, and what the layers say: the worse of the two. */
function healthOf(facts: TargetFacts): TargetHealth {
  const layers = layersHealth(facts)
  const look = facts.observation?.report.health
  if (look === undefined) return layers
  return RANK[look] > RANK[layers] ? look : layers === 'unknown' ? look : layers
}

const RANK: Readonly<Record<TargetHealth, number>> = { unknown: 0, ok: 1, degraded: 2, failed: 3 }

function layersHealth({ target, records }: TargetFacts): TargetHealth {
  const wanted = layersOf(target)
  const kept = records.filter(({ layer }) => wanted.includes(layer))
  if (kept.some(({ status }) => status === 'failed' || status === 'blocked')) return 'failed'
  if (kept.some(({ status }) => status === 'diverged' || status === 'stale')) return 'degraded'
  const isKnown = (name: Layer) => kept.some(({ layer, lastSuccessAtMs }) => layer === name && lastSuccessAtMs !== null)
  return wanted.every(isKnown) ? 'ok' : 'unknown'
}

/** The earliest of the jobs that wait; null when nothing does. */
function nextRunMs({ jobs }: TargetFacts): number | null {
  const waiting = jobs.filter(({ state }) => state === 'pending' || state === 'blocked')
  return waiting.length === 0 ? null : Math.min(...waiting.map(({ nextAttemptAtMs }) => nextAttemptAtMs))
}
