import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordRun } from '@montana/fleet'
import { expect, it } from 'vitest'
import { JobsSeen } from '../../src/manifest/jobs.js'
import { createMetricsRegistry } from '../../src/metrics.js'
import { temporaryDirectory } from '../support/world.js'

const AT = Date.parse('2026-05-01T12:00:00.000Z')
const roster = {
  ...{ kind: 'roster', version: 7, sha256: 'ab'.repeat(32), issued_at: '2026-05-01T00:00:00.000Z' },
  ...{ not_after: '2026-08-01T00:00:00.000Z', state: 'rollback' as const },
}

it('the node shows what the jobs of its host left, and counts each of their runs once', async () => {
  const dir = temporaryDirectory()
  const registry = createMetricsRegistry()
  const seen = new JobsSeen(dir, registry)
  await seen.refresh()
  expect([seen.jobs, seen.degraded, seen.document('roster'), seen.state('manifest')]).toEqual([[], [], null, 'valid'])

  await recordRun(dir, 'vpn', { startedAtMs: AT - 400, endedAtMs: AT, isSuccess: true, code: 'OK', document: roster })
  const failed = { startedAtMs: AT + 1000, endedAtMs: AT + 3000, isSuccess: false, code: 'SOURCE_FAILED' }
  await seen.refresh()
  await recordRun(dir, 'vpn', { ...failed, degraded: ['SYNC_SOURCES'] })
  mkdirSync(join(dir, 'jobs'), { recursive: true })
  writeFileSync(join(dir, 'jobs', 'torn.json'), '{"schema"')
  await seen.refresh()
  await seen.refresh()
  expect(seen.jobs).toEqual([
    {
      ...{ job: 'vpn', last_success: '2026-05-01T12:00:00.000Z' },
      ...{ last_attempt: '2026-05-01T12:00:03.000Z', code: 'SOURCE_FAILED' },
    },
  ])
  expect(seen.degraded).toEqual(['SYNC_SOURCES'])
  const { kind: _, issued_at: __, ...shown } = roster
  expect([seen.document('roster'), seen.state('roster')]).toEqual([shown, 'rollback'])
  const text = await registry.registry.metrics()
  expect(text).toContain('montana_job_runs_total{job="vpn",result="ok"} 1')
  expect(text).toContain('montana_job_runs_total{job="vpn",result="failed"} 1')
  expect(text).toContain(`montana_job_last_success_timestamp_seconds{job="vpn"} ${AT / 1000}`)
  expect(text).toContain('montana_job_seconds_sum{job="vpn"} 2')
})
