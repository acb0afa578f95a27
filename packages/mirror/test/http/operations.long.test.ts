import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { longIt } from '../../../../test/support/long-it.js'
import { operations } from '../../src/http/operations.js'
import { runSentinelOnce } from '../../src/sentinel/run-once.js'
import { openReplica } from '../../src/service/replica-side.js'
import { git } from '../push/support/repositories.js'
import { jobSchema, viewSchema } from './answer-schemas.js'
import { get, post } from './send.js'
import { HttpWorld } from './world.js'

const POLL_MS = 5
const CONFIRM = 'second/continuity'
let world: HttpWorld
let environment: Record<string, string>

/** A primary that acts and a replica in step, with every operation that there is. */
beforeEach(async () => {
  environment = {}
  world = await HttpWorld.open(({ mirror, envFile }) => operations(mirror, { envFile, environment, pollMs: POLL_MS }))
  git(world.source, 'push', '--quiet', world.primary.path, 'main')
  world.primary.setVariable('MIRROR_ROLE', 'MASTER')
  for (const { runs } of [world.primary, world.replica])
    runs.onChange(({ id, status }) => {
      if (status === 'queued') setTimeout(() => runs.complete(id, 'success'), 1)
    })
  await world.sync()
}, 120_000)
afterEach(() => world?.close())

const view = async () => viewSchema.parse((await get(world, '/api/mirrors')).json)

/** As a page does: asks, then looks at the job until it has ended. */
async function done(path: string, body: Record<string, unknown>) {
  const { status, json } = await post(world, path, body)
  expect(status, JSON.stringify(json)).toBe(202)
  const { jobId } = json as { jobId: string }
  const look = async () => jobSchema.parse((await get(world, `/api/mirrors/jobs/${jobId}`)).json)
  await expect.poll(async () => (await look()).state, { timeout: 60_000, interval: 50 }).not.toBe('running')
  return await look()
}

const role = async (more = {}) => {
  return { reason: 'maintenance', expectedEpoch: await world.epoch(), dryRun: false, confirm: CONFIRM, ...more }
}

describe('operations over the routes', { timeout: 180_000 }, () => {
  longIt('promotes once the last permit is over or nobody holds one, and demotes again', async () => {
    const shown = await done('/api/mirrors/backup/promote', await role({ dryRun: true }))
    expect(shown).toMatchObject({ state: 'done', result: { outcome: 'shown', change: 'planned' } })
    const waiting = await done('/api/mirrors/backup/promote', await role())
    expect(waiting).toMatchObject({
      state: 'failed',
      error: { code: 'BUSY', message: expect.stringContaining('40 min') },
    })
    expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    const promoted = await done('/api/mirrors/backup/promote', await role({ drained: true }))
    expect(promoted, JSON.stringify(promoted)).toMatchObject({
      state: 'done',
      result: { outcome: 'done', epochAfter: 2 },
    })
    expect(world.replica.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
    const refused = await done('/api/mirrors/backup/remove', { withdraw: [], confirm: CONFIRM })
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'PRECONDITION' } })
    const draining = await done('/api/mirrors/backup/demote', await role())
    expect(draining).toMatchObject({ state: 'failed', error: { code: 'BUSY' } })
    expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    const demoted = await done('/api/mirrors/backup/demote', await role({ drained: true }))
    expect(demoted, JSON.stringify(demoted)).toMatchObject({
      state: 'done',
      result: { outcome: 'done', epochAfter: 3 },
    })
    expect(world.replica.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    const reasons = world.mirror.parts.store.audit.latest(4).map(({ action, reason }) => [action, reason])
    expect(reasons).toEqual(
      expect.arrayContaining([
        ['promote', 'maintenance'],
        ['demote', 'maintenance'],
      ]),
    )
  })

  it('shows what the sentinel saw', async () => {
    expect((await view()).sentinel).toBeNull()
    const { fence, manifest, config, time, primary } = world.mirror.parts
    if (fence === null || primary === null) throw new Error('no fence')
    const signal = new AbortController().signal
    const { id: self, provider: replica, ...side } = await openReplica(world.mirror.parts, 'backup', signal)
    const settings = { ...config, ...config.sentinel }
    const more = { actor: 'sentinel', autoPromote: true, stateFile: config.stateFile, primary: primary.contents }
    const init = { ...side, ...more, self, replica, fence, manifest, settings, time, alert: async () => {} }
    await runSentinelOnce(init, signal)
    // A look is shared by all pages for a while.
    await expect
      .poll(async () => (await view()).sentinel, { timeout: 30_000, interval: 500 })
      .toMatchObject({
        verdict: 'healthy',
        count: 0,
      })
  })

  it('removes a target with its keys, its names there and the reason, and shows it no more', async () => {
    const body = { withdraw: ['secrets'], reason: 'the account is closed' }
    const shown = await post(world, '/api/mirrors/backup/remove', { ...body, dryRun: true })
    expect(shown.json).toMatchObject({ wouldGo: { outcome: 'shown', withdrawn: { secrets: ['MAIL_TOKEN'] } } })
    expect(readFileSync(world.envFile, 'utf8')).toContain('MIRROR_1_REPO')
    const removed = await done('/api/mirrors/backup/remove', { ...body, confirm: CONFIRM })
    expect(removed, JSON.stringify(removed)).toMatchObject({ state: 'done', result: { outcome: 'done' } })
    expect(world.replica.secrets.has('MAIL_TOKEN')).toBe(false)
    const env = readFileSync(world.envFile, 'utf8')
    expect(env).not.toContain('MIRROR_1_')
    expect(env).toContain('MIRROR_2_')
    expect((await view()).mirrors.map(({ id }) => id)).toEqual(['archive'])
    for (const path of ['', '/history']) expect((await get(world, `/api/mirrors/backup${path}`)).status).toBe(404)
    expect(world.mirror.parts.store.audit.latest(1)).toMatchObject([
      { action: 'remove', reason: 'the account is closed' },
    ])
    expect((await post(world, '/api/mirrors/sync', { layers: ['code'] })).status).toBe(202)
    expect(world.mirror.parts.store.jobs.all().map(({ mirror }) => mirror)).not.toContain('backup')
  })

  it('removes nothing whose keys stand in the environment', async () => {
    environment.MIRROR_1_REPO = CONFIRM
    const refused = await done('/api/mirrors/backup/remove', { withdraw: ['secrets'], confirm: CONFIRM })
    expect(refused).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('MIRROR_1_REPO') } })
    expect(world.replica.secrets.has('MAIL_TOKEN')).toBe(true)
    expect((await view()).mirrors.map(({ id }) => id)).toContain('backup')
  })
})
