import type { GitTarget, MirrorConfig } from '../../src/contracts/config.js'
import type { LayerRecord } from '../../src/contracts/store.js'
import type { ActionName, TargetFacts, TargetObservation, ViewParts } from '../../src/view/index.js'
import { record } from '../decide/support/records.js'
import { githubTarget } from '../support/github-target.js'

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z')
export const MINUTE_MS = 60_000
const ALL: readonly ActionName[] = [
  'sync',
  'test',
  'resume',
  'dropRescue',
  'promote',
  'demote',
  'remove',
  'recover',
  'approve',
]

/** Of an active primary, `github:1`, that has just renewed. */
export function parts(changes: Partial<ViewParts> = {}): ViewParts {
  const entry = { commit: 'c1', record: record() }
  return {
    config: config(),
    self: 'github:1',
    isPaused: false,
    fence: { entry, firstSeenMs: NOW_MS - MINUTE_MS, problem: null },
    sentinel: null,
    targets: [facts()],
    offered: new Set(ALL),
    ...changes,
  }
}

export function config(changes: Partial<MirrorConfig> = {}): MirrorConfig {
  return {
    ...{ enabled: true, role: 'MASTER', manifestFile: 'm.json', stateFile: 's.json', autoPromote: true, fenceSlot: 3 },
    ...{ permitMs: 30 * MINUTE_MS, skewMs: 10 * MINUTE_MS, stalenessMs: 180 * MINUTE_MS },
    sentinel: { intervalMs: 30 * MINUTE_MS, threshold: 3 },
    ...{ recoveryObservations: 3, onRecovery: 'merge', resetMode: 'isolated' },
    primaryRepository: { owner: 'first', name: 'continuity' },
    ...{ primaryToken: null, alertWebhook: null, targets: [target] },
    ...changes,
  }
}

export const target = githubTarget({ apiUrl: 'https://api.github.example' })
export const archive: GitTarget = {
  ...{ type: 'git', slot: 4, name: 'archive', enabled: true, url: 'ssh://git@h.example/r.git', username: 'git' },
  ...{ credential: { kind: 'none' }, caFile: null, refs: ['refs/heads/*'], onDiverge: 'refuse', lfs: 'auto' },
  pushTimeoutMs: { first: 1, later: 1 },
}

export function facts(changes: Partial<TargetFacts> = {}): TargetFacts {
  const nothing = { jobs: [], records: [], attempt: undefined, refs: [], observation: undefined }
  return { target, ...nothing, credentialExpiryMs: null, ...changes }
}

export function layer(changes: Partial<LayerRecord> = {}): LayerRecord {
  const times = { lastSuccessAtMs: NOW_MS - MINUTE_MS, lastAttemptAtMs: NOW_MS - MINUTE_MS }
  const counts = { commit: 'a'.repeat(40), synced: null, total: null, lagCommits: 0, error: null }
  const drift = { add: [], change: [], remove: [] }
  return { mirror: 'backup', layer: 'code', status: 'ok', ...times, ...counts, drift, ...changes }
}

/** All four, in step. */
export function inStep(): LayerRecord[] {
  return (['code', 'secrets', 'variables', 'workflows'] as const).map((name) => layer({ layer: name }))
}

export function observation(
  role: TargetObservation['role'],
  health: 'ok' | 'degraded' | 'failed' = 'ok',
): TargetObservation {
  return { role, report: { health, findings: [], credentialExpiryMs: null, workflows: [] } }
}
