import { beforeEach, describe, expect, it } from 'vitest'
import { isLong, longIt } from '../../../../test/support/long-it.js'
import { ScriptWorld } from './script-world.js'

const PERMISSIONS = {
  contents: 'write',
  workflows: 'write',
  variables: 'write',
  actions: 'write',
  secrets: 'write',
} as const
const POLL_MS = 50
/** At which state and epoch of the record. */
const KILLED = [
  ['drains', 'draining', 2],
  ['has claimed the epoch', 'active', 3],
] as const

describe('the hand-back by the script', { timeout: 120_000 }, () => {
  let world: ScriptWorld
  let environment: Record<string, string>
  let secrets: readonly string[]

  beforeEach(async () => {
    world = await ScriptWorld.open()
    const { stand, primary, replica } = world.roles
    const own = stand.createToken({ account: 'first', permissions: PERMISSIONS })
    const other = stand.createToken({ account: 'second', permissions: PERMISSIONS })
    const slot = { MIRROR_1_REPO: 'second/continuity', MIRROR_1_TOKEN: other, MIRROR_1_API_URL: stand.url }
    environment = { ...world.ofPrimary, MIRROR_SENTINEL_TOKEN: own, MIRROR_SKEW_MINUTES: '0', ...slot }
    secrets = [own, other, world.fenceToken]
    await world.promoted()
    await primary.repository.commit({ files: { 'primary-only.txt': 'late\n' } })
    await replica.repository.commit({ files: { 'replica-only.txt': 'meanwhile\n' } })
  })

  async function expectHandedBack() {
    const { primary, replica } = world.roles
    expect(await world.record()).toMatchObject({ epoch: 3, holder: primary.id, role: 'MASTER', state: 'active' })
    expect(primary.repository.variables.get('MIRROR_ROLE')).toBe('MASTER')
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect(await primary.repository.tip()).toBe(await replica.repository.tip())
    for (const path of ['primary-only.txt', 'replica-only.txt'])
      expect(await world.roles.show(primary, path)).not.toBe('')
    // Its renewal writes what a permit lasts here.
    const acting = { ...world.ofPrimary, MIRROR_AUTO_PROMOTE: 'true' }
    expect(await world.run('guard', acting)).toMatchObject({ code: 0, result: { epoch: 3 } })
    for (const secret of secrets) expect(world.printed).not.toContain(secret)
  }

  longIt(
    'waits until the sentinel has seen the primary, then gives it the epoch with the work of both sides',
    async () => {
      const early = await world.run('recover', environment)
      expect(early).toMatchObject({ code: 8, result: { error: { code: 'PRECONDITION' } } })
      await world.ready()
      expect(await world.run('recover', environment)).toMatchObject({ code: 0, result: { kind: 'done' } })
      await expectHandedBack()
    },
  )

  it('is begun by the guard of the returned primary, whose next run acts', async () => {
    expect(await world.run('guard', environment)).toMatchObject({ code: 5, result: { notice: 'written' } })
    await world.ready()
    expect(await world.run('guard', { ...environment, MIRROR_ON_RECOVERY: 'manual' })).toMatchObject({ code: 5 })
    const { MIRROR_SENTINEL_TOKEN: _, ...without } = environment
    const poor = await world.run('guard', without)
    expect(poor).toMatchObject({ code: 5 })
    expect(poor.stderr).toContain('MIRROR_SENTINEL_TOKEN')
    expect((await world.record()).epoch).toBe(2)
    const answer = await world.run('guard', environment)
    expect(answer, answer.stderr).toMatchObject({ code: 5, result: { act: false } })
    expect(answer.stderr).toContain('the next run acts')
    await expectHandedBack()
  })

  it.each(isLong ? KILLED : [])(
    'is gone on with by the guard after a run was killed that %s',
    async (_, state, epoch) => {
      await world.ready()
      const run = world.start('guard', environment)
      for (let record = await world.record(); record.state !== state || record.epoch !== epoch; )
        record = await new Promise((resolve) => setTimeout(() => resolve(world.record()), POLL_MS))
      run.kill('SIGKILL')
      await new Promise((resolve) => run.once('close', resolve))
      const answer = await world.run('guard', environment)
      expect(answer, answer.stderr).toMatchObject({ code: 5 })
      expect(answer.stderr).toContain('the next run acts')
      await expectHandedBack()
    },
    120_000,
  )

  it.each(isLong ? KILLED : KILLED.slice(1))(
    'goes on where a run was killed that %s',
    async (_, state, epoch) => {
      await world.ready()
      const run = world.start('recover', environment)
      for (let record = await world.record(); record.state !== state || record.epoch !== epoch; )
        record = await new Promise((resolve) => setTimeout(() => resolve(world.record()), POLL_MS))
      run.kill('SIGKILL')
      await new Promise((resolve) => run.once('close', resolve))
      expect(await world.run('recover', environment)).toMatchObject({ code: 0, result: { kind: 'done' } })
      await expectHandedBack()
    },
    120_000,
  )

  longIt('waits for the last permit of a process on a host, and goes on once it is over', async () => {
    await world.rewrite({ state: 'handback-ready' })
    const waiting = await world.run('recover', environment)
    expect(waiting).toMatchObject({
      code: 75,
      result: { error: { code: 'BUSY' } },
    })
    const { replica } = world.roles
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'draining', holder: replica.id })
    const fenced = await world.run('guard', environment)
    expect(fenced).toMatchObject({ code: 5 })
    expect(fenced.stderr).toContain('its last permit is waited for')
    await world.rewrite({ renewedAt: new Date(Date.now() - 31 * 60_000).toISOString() })
    const { clock } = world.roles.stand
    clock.advance(-24 * 60 * 60_000)
    const ahead = await world.run('recover', environment)
    expect(ahead).toMatchObject({ code: 8, result: { error: { code: 'PRECONDITION' } } })
    expect(ahead.stdout).toContain('24 h ahead of that of the provider')
    expect(await world.record()).toMatchObject({ epoch: 2, state: 'draining', holder: replica.id })
    clock.advance(24 * 60 * 60_000)
    expect(await world.run('recover', environment)).toMatchObject({ code: 0, result: { kind: 'done' } })
    await expectHandedBack()
  })

  it('leaves both sides as they are where the same file was changed on both', async () => {
    const { primary, replica } = world.roles
    await primary.repository.commit({ files: { 'same.txt': 'here\n' } })
    await replica.repository.commit({ files: { 'same.txt': 'there\n' } })
    await world.ready()
    const answer = await world.run('recover', environment)
    expect(answer).toMatchObject({ code: 4, result: { kind: 'undone', cause: { code: 'HANDBACK_CONFLICT' } } })
    expect(await world.record()).toMatchObject({ epoch: 2, holder: replica.id })
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('TEMPORARY_MASTER')
  })
})
