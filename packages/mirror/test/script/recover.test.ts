import { describe, expect, it } from 'vitest'
import { ScriptWorld } from './script-world.js'

describe('the hand-back by the script', () => {
  it('waits until the sentinel has seen the primary, then gives it the epoch with the work of both sides', async () => {
    const world = await ScriptWorld.open()
    const { primary, replica, stand } = world.roles
    const token = (account: string) =>
      stand.createToken({
        account,
        permissions: { contents: 'write', workflows: 'write', variables: 'write', actions: 'write', secrets: 'write' },
      })
    const [own, other] = [token('first'), token('second')]
    const slot = { MIRROR_1_REPO: 'second/continuity', MIRROR_1_TOKEN: other, MIRROR_1_API_URL: stand.url }
    const environment = { ...world.ofPrimary, MIRROR_SENTINEL_TOKEN: own, ...slot }
    await world.promoted()
    expect(await world.run('recover', environment)).toMatchObject({
      code: 8,
      result: { error: { code: 'PRECONDITION' } },
    })

    await primary.repository.commit({ files: { 'primary-only.txt': 'late\n' } })
    await replica.repository.commit({ files: { 'replica-only.txt': 'meanwhile\n' } })
    await world.rewrite({ state: 'handback-ready' })
    const answer = await world.run('recover', environment)
    expect(answer).toMatchObject({ code: 0, result: { kind: 'done' } })
    expect(await world.record()).toMatchObject({ epoch: 3, holder: primary.id, role: 'MASTER', state: 'active' })
    expect(replica.repository.variables.get('MIRROR_ROLE')).toBe('SLAVE')
    expect(await primary.repository.tip()).toBe(await replica.repository.tip())
    for (const path of ['primary-only.txt', 'replica-only.txt'])
      expect(await world.roles.show(primary, path)).not.toBe('')
    expect(await world.run('guard', world.ofPrimary)).toMatchObject({ code: 0, result: { epoch: 3 } })
    for (const secret of [own, other, world.fenceToken]) expect(world.printed).not.toContain(secret)
  }, 180_000)
})
