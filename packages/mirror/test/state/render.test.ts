import { describe, expect, it } from 'vitest'
import { type LayerRecord, type MirrorView, renderMirrors } from '../../src/index.js'

const AT_MS = Date.UTC(2026, 1, 7, 5, 0, 0, 123)
const NO_DRIFT = { add: [], change: [], remove: [] }

function record(layer: LayerRecord['layer'], changes: Partial<LayerRecord> = {}): LayerRecord {
  return {
    ...{ mirror: 'github-backup', layer, status: 'ok', lastSuccessAtMs: AT_MS, lastAttemptAtMs: AT_MS, commit: null },
    ...{ synced: null, total: null, lagCommits: null, error: null, drift: NO_DRIFT },
    ...changes,
  }
}

const GITHUB: MirrorView = {
  ...{ name: 'github-backup', type: 'github', target: 'backup-account/continuity-orchestrator', role: 'SLAVE' },
  ...{ layers: ['code', 'workflows', 'secrets', 'variables'], healthCheckedAtMs: AT_MS, health: 'ok' },
  records: [
    record('code', { commit: 'abc123', lagCommits: 0 }),
    record('secrets', { synced: 5, total: 5 }),
    record('variables', { synced: 3, total: 3 }),
    record('workflows'),
  ],
}

const iso = '2026-02-07T05:00:00Z'

describe('mirrors of the state file', () => {
  it('are exactly as in spec 4.2', () => {
    const counted = (count: number) => ({
      ...{ last_sync_iso: iso, status: 'ok', synced_count: count, total_count: count },
      ...{ last_attempt_iso: iso, last_error: null },
    })
    const expected = {
      ...{ schema: 2, self_role: 'MASTER', epoch: 7 },
      slaves: [
        {
          ...{ id: 'github-backup', type: 'github', repo: 'backup-account/continuity-orchestrator', role: 'SLAVE' },
          sync: {
            code: {
              ...{ last_sync_iso: iso, status: 'ok', last_commit: 'abc123', last_attempt_iso: iso, lag_commits: 0 },
              last_error: null,
            },
            secrets: counted(5),
            variables: counted(3),
            workflows: { last_sync_iso: iso, status: 'ok', last_attempt_iso: iso, last_error: null },
          },
          ...{ last_health_check_iso: iso, health: 'ok' },
        },
      ],
    }
    const rendered = renderMirrors({ selfRole: 'MASTER', epoch: 7, mirrors: [GITHUB] })
    expect(JSON.stringify(rendered)).toBe(JSON.stringify(expected))
  })

  it('show success and attempt apart, and the error on one line', () => {
    const error = { code: 'TARGET_AUTH', message: `refused\n${'x'.repeat(500)}`, remedy: 'renew it' }
    const failed = record('code', { status: 'blocked', lastAttemptAtMs: AT_MS + 60_000, error })
    const [mirror] = renderMirrors({ selfRole: null, epoch: null, mirrors: [{ ...GITHUB, records: [failed] }] }).slaves
    expect(mirror?.sync.code).toMatchObject({
      status: 'blocked',
      last_sync_iso: iso,
      last_attempt_iso: '2026-02-07T05:01:00Z',
    })
    expect(mirror?.sync.code.last_error).toEqual({ code: 'TARGET_AUTH', message: `refused ${'x'.repeat(292)}` })
    expect(mirror?.sync.secrets).toMatchObject({ status: 'never', last_sync_iso: null, synced_count: null })
  })

  it('of an archive say what is off', () => {
    const archive: MirrorView = { ...GITHUB, type: 'git', target: null, layers: ['code'] }
    const [mirror] = renderMirrors({ selfRole: 'MASTER', epoch: 1, mirrors: [archive] }).slaves
    expect(mirror).toMatchObject({ repo: null, sync: { code: { status: 'ok' }, secrets: { status: 'off' } } })
  })
})
