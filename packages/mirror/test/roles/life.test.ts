import { describe, expect, it } from 'vitest'
import { tellFigure } from '../../../../test/support/figure.js'
import { longIt } from '../../../../test/support/long-it.js'
import { MINUTE_MS, RoleWorld } from '../support/role-world.js'

/** Time that passes, and time that the provider is told has passed. */
const nowMs = ({ stand }: RoleWorld) => performance.now() + stand.clock.nowMs()

/** Half an hour at a time, until the sentinel decides or the patience is over. */
async function untilDecided(world: RoleWorld, observations: number) {
  for (let turn = 1; turn <= observations; turn++) {
    world.advance(30)
    const beganMs = nowMs(world)
    const report = await world.sentinel()
    if (report.promotion !== null) return { report, minutes: turn * 30, tookMs: nowMs(world) - beganMs }
  }
  return undefined
}

describe('a primary that dies and returns', { timeout: 120_000 }, () => {
  longIt('is watched without a promotion while it ticks', async () => {
    const world = await RoleWorld.open()
    for (let turn = 0; turn < 6; turn++) {
      world.advance(30)
      expect(await world.tick(world.primary)).toBe(true)
      expect(await world.sentinel()).toMatchObject({ verdict: 'healthy', decision: 'none', promotion: null })
    }
  })

  it('is replaced by its replica, which proves that it can act, hands back, and loses nothing of either side', async () => {
    const world = await RoleWorld.open()
    const { primary, replica } = world
    await world.tick(primary, 'reminder-2')
    await primary.repository.commit({ files: { 'primary-only.txt': 'written before the death\n' } })
    await world.sentinel()
    const decided = await untilDecided(world, 20)
    expect(decided?.report).toMatchObject({ promotion: 'done', role: 'TEMPORARY_MASTER', epoch: 2 })
    expect(decided?.minutes).toBeGreaterThanOrEqual(240)
    tellFigure('mirror-promotion', (decided?.tookMs ?? Number.NaN) / 1000)
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
    expect(replica.repository.variables.get('ADAPTER_MOCK_MODE')).toBe('false')
    const states = Object.fromEntries(
      (await replica.repository.workflows()).map(({ path, state }) => [path.split('/').at(-1), state]),
    )
    expect(states).toMatchObject({ 'cron.yml': 'active', 'deploy-site.yml': 'active', 'sentinel.yml': 'active' })
    expect(JSON.parse(await world.show(replica, 'state/current.json')).mirrors).toMatchObject({
      self_role: 'TEMPORARY_MASTER',
      epoch: 2,
    })

    expect(await world.tick(primary)).toBe(false)
    expect(await world.tick(replica, 'reminder-3')).toBe(true)
    await replica.repository.commit({ files: { 'replica-only.txt': 'written meanwhile\n' } })
    let last = await world.sentinel()
    for (let turn = 0; turn < 8 && last.decision !== 'handback-ready'; turn++) {
      world.advance(30)
      expect(await world.tick(primary)).toBe(false)
      await world.tick(replica)
      last = await world.sentinel()
    }
    expect(last.decision).toBe('handback-ready')
    const tips = [await primary.repository.tip(), await replica.repository.tip()]
    expect(await world.recover()).toEqual({ kind: 'done' })

    expect(primary.repository.variables.get('MIRROR_ROLE')).toBe('MASTER')
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect(replica.repository.variables.get('ADAPTER_MOCK_MODE')).toBe('true')
    expect(await primary.repository.tip()).toBe(await replica.repository.tip())
    for (const path of ['primary-only.txt', 'replica-only.txt']) expect(await world.show(primary, path)).not.toBe('')
    const ledger = (await world.show(primary, 'state/actions.ndjson'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id)
    expect(ledger).toEqual(['reminder-1', 'reminder-2', 'reminder-3'])
    const git = await world.git(primary, 'history')
    for (const tip of tips) {
      const { code } = await git.run(
        ['--git-dir', primary.repository.path, 'merge-base', '--is-ancestor', tip ?? '', 'main'],
        { signal: world.signal },
      )
      expect(code).toBe(0)
    }
    expect([...(await primary.repository.refs()).keys()].some((ref) => ref.startsWith('refs/heads/rescue/'))).toBe(true)
    expect(await world.tick(primary)).toBe(true)
    expect(await world.tick(replica)).toBe(false)
    expect((await (await world.fence()).read(world.signal))?.record).toMatchObject({
      epoch: 3,
      state: 'active',
      role: 'MASTER',
      holder: primary.id,
    })
  })

  longIt('takes nothing back while a process on a host of the replica may act', async () => {
    const world = await RoleWorld.open()
    const { primary, replica } = world
    await world.sentinel()
    expect((await untilDecided(world, 20))?.report).toMatchObject({ promotion: 'done' })
    // As `montana mirror guard` on a host: no run of a workflow that could be ended.
    expect(await world.tick(replica)).toBe(true)
    const steps: string[] = []
    const recover = async () => {
      if ((await world.record()).state === 'active') {
        const fence = await world.fence()
        const entry = await fence.read(world.signal)
        if (entry) await fence.swap(entry, { ...entry.record, state: 'handback-ready' }, world.signal)
      }
      return await world.recover('merge', ({ step }) => void steps.push(step), false)
    }
    await expect(recover()).rejects.toMatchObject({ code: 'BUSY', exitCode: 75 })
    expect(steps).toEqual(['plan', 'drain', 'replica-inert', 'runs-ended'])
    world.advance(30)
    expect(await world.sentinel()).toMatchObject({
      decision: 'wait',
      explanation: expect.stringContaining('taking over'),
    })
    await expect(recover()).rejects.toMatchObject({ code: 'BUSY', retryAfterMs: expect.any(Number) })
    world.aheadMs = 24 * 60 * MINUTE_MS
    await expect(recover()).rejects.toMatchObject({ code: 'PRECONDITION', exitCode: 8 })
    world.aheadMs = 0
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'draining', holder: replica.id })
    world.advance(10)
    expect(await recover()).toEqual({ kind: 'done' })
    expect([await world.tick(replica), await world.tick(primary)]).toEqual([false, true])
  })

  longIt('gives the epoch to its replica again when it dies while it waits for the last permit', async () => {
    const world = await RoleWorld.open()
    const { primary, replica } = world
    await world.sentinel()
    expect((await untilDecided(world, 20))?.report).toMatchObject({ promotion: 'done' })
    const fence = await world.fence()
    const entry = await fence.read(world.signal)
    if (entry) await fence.swap(entry, { ...entry.record, state: 'handback-ready' }, world.signal)
    await expect(world.recover('merge', undefined, false)).rejects.toMatchObject({ code: 'BUSY' })
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    for (const minutes of [0, 35, 34]) {
      world.advance(minutes)
      expect(await world.sentinel()).toMatchObject({ decision: 'wait' })
      expect(await world.record()).toMatchObject({ state: 'draining' })
    }
    world.advance(1)
    expect(await world.sentinel()).toMatchObject({ explanation: expect.stringContaining('acts again') })
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'active', holder: replica.id })
    expect([await world.tick(primary), await world.tick(replica)]).toEqual([false, true])
    expect(world.alerts.map(({ code }) => code)).toContain('HANDBACK_STALLED')
    // The run that was broken off finds that it was overtaken.
    expect(await world.recover('merge', undefined, false)).toMatchObject({ kind: 'undone' })
    expect(await world.tick(replica)).toBe(true)
  })

  longIt(
    'is not replaced by a replica whose check fails: everything is taken back, and the primary acts again',
    async () => {
      const world = await RoleWorld.open()
      const { replica } = world
      world.check = 'failure'
      await world.sentinel()
      const decided = await untilDecided(world, 20)
      expect(decided?.report).toMatchObject({ promotion: 'undone', role: 'SLAVE', epoch: 2 })
      expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('SLAVE')
      expect(replica.repository.variables.get('ADAPTER_MOCK_MODE')).toBe('true')
      const cron = (await replica.repository.workflows()).find(({ path }) => path.endsWith('cron.yml'))
      expect(cron?.state).toBe('disabled_manually')
      expect((await (await world.fence()).read(world.signal))?.record).toMatchObject({ epoch: 2, state: 'released' })
      expect(world.alerts.map(({ code }) => code)).toContain('PROMOTION_FAILED')
      // The primary lived: it takes the next epoch at once, and the replica goes on watching it.
      expect(await world.tick(world.primary)).toBe(true)
      expect((await (await world.fence()).read(world.signal))?.record).toMatchObject({
        ...{ epoch: 3, state: 'active', holder: world.primary.id, role: 'MASTER' },
      })
      expect(await world.sentinel()).toMatchObject({ verdict: 'healthy' })
      expect(await world.tick(replica)).toBe(false)
    },
  )

  longIt('is replaced in the next epoch when the check of a silent one succeeds at last', async () => {
    const world = await RoleWorld.open()
    world.check = 'failure'
    await world.sentinel()
    expect((await untilDecided(world, 20))?.report).toMatchObject({ promotion: 'undone', epoch: 2 })
    world.check = 'success'
    expect((await untilDecided(world, 3))?.report).toMatchObject({ promotion: 'done', epoch: 3 })
  })
})
