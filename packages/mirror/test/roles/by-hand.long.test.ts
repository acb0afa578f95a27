import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { longIt } from '../../../../test/support/long-it.js'
import { loadMirrorConfig } from '../../src/config/load.js'
import type { FenceRecord } from '../../src/contracts/fence.js'
import type { MirrorAlert } from '../../src/queue/worker-types.js'
import { demoteReplica } from '../../src/service/demote.js'
import type { Mirror } from '../../src/service/mirror.js'
import { openMirror } from '../../src/service/open.js'
import { promoteReplica } from '../../src/service/promote.js'
import { MINUTE_MS, RoleWorld } from '../support/role-world.js'

const POLL_MS = 5
const ID = 'second'
const DAY_MS = 24 * 60 * MINUTE_MS

describe('roles changed by hand', { timeout: 120_000 }, () => {
  let world: RoleWorld
  let source: string
  let alerts: MirrorAlert[]

  beforeEach(async () => {
    world = await RoleWorld.open()
    source = join(world.folder, 'source')
    execFileSync('git', ['clone', '--quiet', world.primary.repository.path, source])
    alerts = []
  })

  async function open(isReachable = true): Promise<Mirror> {
    const { stand } = world
    const scopes = ['repo', 'workflow'] as const
    const token = stand.createToken({ account: 'second', scopes })
    const environment = {
      ...{ MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', MASTER_REPO: 'first/continuity' },
      ...{ MIRROR_1_REPO: 'second/continuity', MIRROR_1_NAME: ID, MIRROR_1_TOKEN: token, MIRROR_1_API_URL: stand.url },
    }
    const primary = isReachable ? world.primary.provider : null
    const clock = { ...world.time, sleep: async (ms: number) => void stand.clock.advance(ms) }
    const values = new Map([['MAIL_TOKEN', 'secret of the mail service']])
    const rest = { actor: 'operator', time: world.time, clock, pace: { retryUnitMs: 1, writeSpacingMs: 0 } }
    const where = { source, dataFolder: join(world.folder, 'data'), values, primary, isPrimaryOptional: true }
    const alert = (found: MirrorAlert) => void alerts.push(found)
    const config = loadMirrorConfig({ environment })
    return await openMirror({ config, manifest: world.manifest, ...where, ...rest, alert }, world.signal)
  }

  async function record(): Promise<FenceRecord> {
    const entry = await (await world.fence()).read(world.signal)
    if (entry === null) throw new Error('no record')
    return entry.record
  }

  const asked = async (more = {}) => {
    return {
      reason: 'maintenance',
      expectedEpoch: (await record()).epoch,
      dryRun: false,
      force: false,
      drained: true,
      ...more,
    }
  }

  async function promote(mirror: Mirror, more = {}) {
    return await promoteReplica(mirror.parts, ID, await asked(more), world.signal, POLL_MS)
  }

  async function demote(mirror: Mirror, more = {}) {
    return await demoteReplica(mirror.parts, ID, await asked(more), world.signal, POLL_MS)
  }

  /** The sentinel looks ever again and finds nothing new: of a clock that leaps, only an hour counts as silence. */
  async function silent(...spansMin: readonly number[]): Promise<void> {
    for (const minutes of spansMin) {
      world.advance(minutes)
      await world.sentinel()
    }
  }

  const roleOf = (side: RoleWorld['primary']) => side.repository.variables.get('MIRROR_ROLE')

  it('switches as planned: the primary stops, what it pushed last goes over, the replica acts and nobody else', async () => {
    const mirror = await open()
    await world.work(world.primary, 'after-the-clone')
    const report = await promote(mirror)
    expect(report).toMatchObject({ change: 'planned', outcome: 'done', epochBefore: 1, epochAfter: 2 })
    expect(await record()).toMatchObject({ holder: world.replica.id, state: 'active', return: 'manual', epoch: 2 })
    expect(roleOf(world.replica)).toBe('TEMPORARY_MASTER')
    expect(await world.show(world.replica, 'state/actions.ndjson')).toContain('after-the-clone')
    expect(await world.tick(world.primary)).toBe(false)
    expect(await world.tick(world.replica)).toBe(true)
    const [audit] = mirror.parts.store.audit.latest(1)
    expect(audit).toMatchObject({ action: 'promote', actor: 'operator', epochBefore: 1, epochAfter: 2 })
    expect(alerts.map(({ code }) => code)).toContain('PROMOTED')
    mirror.close()
  })

  longIt('ends runs of the primary before anything is promoted', async () => {
    const mirror = await open()
    world.check = null
    const run = await world.primary.provider.workflows.dispatch('cron.yml', 'main', {}, world.signal)
    world.check = 'success'
    const report = await promote(mirror)
    expect(report.outcome).toBe('done')
    expect(await world.primary.provider.workflows.run(run, world.signal)).toMatchObject({ conclusion: 'cancelled' })
    mirror.close()
  })

  it('is taken back by the primary, in the next epoch, when the proof fails', async () => {
    const mirror = await open()
    world.check = 'failure'
    const report = await promote(mirror)
    expect(report).toMatchObject({ outcome: 'undone' })
    const now = await record()
    expect(now).toMatchObject({ holder: world.primary.id, state: 'active', role: 'MASTER', epoch: 3 })
    expect(roleOf(world.replica)).toBe('SLAVE')
    expect(world.replica.repository.variables.get('ADAPTER_MOCK_MODE')).toBe('true')
    expect(await world.tick(world.primary)).toBe(true)
    expect(alerts.map(({ code }) => code)).toContain('PROMOTION_FAILED')
    mirror.close()
  })

  longIt('shows conditions and steps and changes nothing in a dry run', async () => {
    const mirror = await open()
    const before = await record()
    const report = await promote(mirror, { dryRun: true })
    expect(report).toMatchObject({ outcome: 'shown', change: 'planned', epochAfter: 1, steps: [] })
    expect(report.conditions.every(({ met }) => met)).toBe(true)
    expect(report.plan).toEqual(expect.arrayContaining(['release', 'tips', 'claim', 'proof', 'activate']))
    expect(await record()).toEqual(before)
    mirror.close()
  })

  longIt('refuses a replica with work of its own before the primary has stopped', async () => {
    const mirror = await open()
    await world.work(world.replica, 'foreign')
    await expect(promote(mirror)).rejects.toMatchObject({ code: 'PRECONDITION', exitCode: 8 })
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'active', epoch: 1 })
    mirror.close()
  })

  longIt('goes on with a switch that was broken off after the primary had stopped', async () => {
    const mirror = await open()
    const stopped = new AbortController()
    const swap = mirror.parts.fence
    if (swap === null) throw new Error('no fence')
    const request = await asked()
    const original = swap.swap.bind(swap)
    swap.swap = async (...args) => {
      const written = await original(...args)
      stopped.abort()
      return written
    }
    await expect(promoteReplica(mirror.parts, ID, request, stopped.signal, POLL_MS)).rejects.toThrow()
    mirror.close()
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'released' })
    expect(await world.tick(world.primary)).toBe(false)
    const again = await open()
    expect(await promote(again)).toMatchObject({ outcome: 'done', epochAfter: 2 })
    again.close()
  })

  it('waits for the permit that a process on a host may hold, and goes on with the same request', async () => {
    const mirror = await open()
    // As `montana mirror guard` on a host: no run of a workflow that could be ended.
    expect(await world.tick(world.primary)).toBe(true)
    const waits = { drained: false }
    expect((await promote(mirror, { ...waits, dryRun: true })).conditions).toContainEqual(
      expect.objectContaining({ name: 'permit', met: true, why: expect.stringContaining('40 min') }),
    )
    const waiting = await promote(mirror, waits).catch((error: unknown) => error)
    expect(waiting).toMatchObject({ code: 'BUSY', exitCode: 75 })
    expect(String(waiting)).toMatch(/another (?:39|40) min/)
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'released', epoch: 1 })
    expect(roleOf(world.replica)).toBe('SLAVE')
    expect(await world.tick(world.primary)).toBe(false)
    const [audit] = mirror.parts.store.audit.latest(1)
    expect(JSON.parse(audit?.detail ?? '{}')).toMatchObject({
      outcome: 'waiting',
      steps: [{}, {}, { step: 'runs-ended' }],
    })

    world.advance(35)
    await expect(promote(mirror, waits)).rejects.toMatchObject({
      code: 'BUSY',
      metadata: { waitMs: expect.any(Number) },
    })
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'released', epoch: 1 })
    world.advance(5)
    expect(await promote(mirror, waits)).toMatchObject({ change: 'planned', outcome: 'done', epochAfter: 2 })
    expect(await record()).toMatchObject({ holder: world.replica.id, state: 'active', return: 'manual', epoch: 2 })
    expect(alerts.map(({ code }) => code)).not.toContain('PROMOTION_FAILED')
    mirror.close()
  })

  longIt('counts no wait by a clock that was set: it refuses, and goes on once the clock is right', async () => {
    const mirror = await open()
    expect(await world.tick(world.primary)).toBe(true)
    const waits = { drained: false }
    world.aheadMs = -11 * MINUTE_MS
    await expect(promote(mirror, waits)).rejects.toMatchObject({
      code: 'PRECONDITION',
      remedy: expect.stringMatching(/set the clock .* --drained/),
    })
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'active' })
    world.aheadMs = 0
    await expect(promote(mirror, waits)).rejects.toMatchObject({ code: 'BUSY' })

    world.aheadMs = DAY_MS
    const refused = await promote(mirror, waits).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'PRECONDITION', exitCode: 8 })
    expect(String(refused)).toMatch(/24 h (?:1 min )?ahead of that of the provider/)
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'released', epoch: 1 })
    world.aheadMs = 0
    world.advance(40)
    expect(await promote(mirror, waits)).toMatchObject({ outcome: 'done', epochAfter: 2 })

    world.aheadMs = DAY_MS
    await expect(demote(mirror, waits)).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect(await record()).toMatchObject({ state: 'active', holder: world.replica.id })
    world.aheadMs = 0
    await expect(demote(mirror, waits)).rejects.toMatchObject({ code: 'BUSY' })
    world.aheadMs = DAY_MS
    await expect(demote(mirror, waits)).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect(await record()).toMatchObject({ state: 'draining', holder: world.replica.id, epoch: 2 })
    expect(await demote(mirror, { drained: true })).toMatchObject({ outcome: 'done', epochAfter: 3 })
    mirror.close()
  })

  longIt('ends the wait when an operator says that every process is stopped', async () => {
    const mirror = await open()
    await expect(promote(mirror, { drained: false })).rejects.toMatchObject({ code: 'BUSY' })
    expect(await promote(mirror, { drained: true })).toMatchObject({ outcome: 'done', epochAfter: 2 })
    mirror.close()
  })

  longIt('leaves a switch that nobody goes on with to the primary, which acts again', async () => {
    const mirror = await open()
    await expect(promote(mirror, { drained: false })).rejects.toMatchObject({ code: 'BUSY' })
    world.advance(69)
    expect(await world.tick(world.primary)).toBe(false)
    world.advance(2)
    expect(await world.tick(world.primary)).toBe(true)
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'active', epoch: 2 })
    mirror.close()
  })

  it('refuses in place of a silent primary while the record is young, unless it is forced', async () => {
    const mirror = await open(false)
    await world.sentinel()
    await expect(promote(mirror)).rejects.toMatchObject({ code: 'PRECONDITION' })
    expect((await record()).epoch).toBe(1)
    const report = await promote(mirror, { force: true })
    expect(report).toMatchObject({ change: 'force', outcome: 'done', epochAfter: 2 })
    expect(JSON.parse(mirror.parts.store.audit.latest(1)[0]?.detail ?? '{}')).toMatchObject({ change: 'force' })
    expect(await world.tick(world.primary)).toBe(false)
    mirror.close()
  })

  longIt(
    'promotes in place of a primary whose record is stale to the sentinel, whatever binds the sentinel',
    async () => {
      const mirror = await open(false)
      await world.sentinel()
      await silent(55, 55, 55)
      await expect(promote(mirror)).rejects.toMatchObject({ code: 'PRECONDITION' })
      await silent(20)
      expect(await promote(mirror)).toMatchObject({ change: 'silence', outcome: 'done', epochAfter: 2 })
      mirror.close()
    },
  )

  // As a whole in life.test.ts, killed at each step in crashes.test.ts.
  longIt('hands back at once when asked to, with the work of both sides', async () => {
    const mirror = await open()
    await promote(mirror)
    await world.tick(world.replica, 'while-away')
    await expect(demote(mirror, { expectedEpoch: 1 })).rejects.toMatchObject({ code: 'EPOCH_LOST' })
    expect(await demote(mirror, { dryRun: true })).toMatchObject({ outcome: 'shown', epochAfter: 2 })
    await expect(demote(mirror, { drained: false })).rejects.toMatchObject({ code: 'BUSY', exitCode: 75 })
    expect(await record()).toMatchObject({ holder: world.replica.id, state: 'draining', epoch: 2 })
    const report = await demote(mirror)
    expect(report).toMatchObject({ change: 'handback', outcome: 'done', epochBefore: 2, epochAfter: 3 })
    expect(await record()).toMatchObject({ holder: world.primary.id, state: 'active', role: 'MASTER', epoch: 3 })
    expect(await world.show(world.primary, 'state/actions.ndjson')).toContain('while-away')
    expect(roleOf(world.replica)).toBe('SLAVE')
    expect(await world.tick(world.replica)).toBe(false)
    expect(await world.tick(world.primary)).toBe(true)
    expect(alerts.map(({ code }) => code)).toEqual(expect.arrayContaining(['PROMOTED', 'DEMOTED']))
    mirror.close()
  })

  longIt('hands nothing back that is not away, and names the files of a conflict', async () => {
    const mirror = await open()
    await expect(demote(mirror)).rejects.toMatchObject({ code: 'PRECONDITION', exitCode: 8 })
    await promote(mirror)
    await world.replica.repository.commit({ files: { 'README.md': 'theirs' } })
    await world.primary.repository.commit({ files: { 'README.md': 'ours' } })
    const refused = await demote(mirror).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'HANDBACK_CONFLICT', exitCode: 4 })
    expect(String(refused)).toContain('README.md')
    expect(await record()).toMatchObject({ holder: world.replica.id, state: 'active' })
    mirror.close()
  })
})
